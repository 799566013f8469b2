"""Start a worker: ``python -m coronal_worker --pool NAME``."""

import sys

from coronal_worker.supervision.environment import reexec_with_environment

if __name__ == "__main__":
    reexec_with_environment(sys.argv[1:])
    # Only now: the libraries that plugins load must find the settings.
    from coronal_worker.command import main

    sys.exit(main(sys.argv[1:]))
