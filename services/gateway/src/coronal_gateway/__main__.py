"""``python -m coronal_gateway``: serve until asked to stop."""

from gevent import monkey

# Before all else: what is imported after this waits without holding up the others.
monkey.patch_all()

from coronal_gateway.serve import main  # noqa: E402 - see above

if __name__ == "__main__":
    main()
