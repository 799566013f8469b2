"""What all resources share: bodies within bounds, problems, idempotency, long polling and artifacts."""
