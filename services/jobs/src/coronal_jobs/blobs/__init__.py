"""The blob store: bytes by their SHA-256, and the references that keep them."""
