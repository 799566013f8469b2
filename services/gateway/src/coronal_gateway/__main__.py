"""``python -m coronal_gateway``: serve until asked to stop."""

from coronal_gateway.serve import main

if __name__ == "__main__":
    main()
