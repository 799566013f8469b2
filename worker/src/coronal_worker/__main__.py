"""Start a worker: ``python -m coronal_worker --pool NAME``."""

import sys

from coronal_worker.environment import restart_with

if __name__ == "__main__":
    restart_with(sys.argv[1:])
    # Only now: the libraries that plugins load must find the settings.
    from coronal_worker.command import main

    sys.exit(main(sys.argv[1:]))
