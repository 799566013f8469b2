"""``python -m coronal_gateway``: serve until asked to stop."""

from gevent import monkey

# Before anything else: modules imported after this block only their own greenlet.
monkey.patch_all()

from coronal_gateway.health.shared_metrics import shared_metrics  # noqa: E402 - see above

if __name__ == "__main__":
    with shared_metrics():
        from coronal_gateway.serve import main

        main()
