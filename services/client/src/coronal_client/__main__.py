"""``python -m coronal_client``: the command `coronal`."""

from coronal_client.cli.command import main

if __name__ == "__main__":
    main()
