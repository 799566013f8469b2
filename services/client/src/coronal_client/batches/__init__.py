"""Batches: many images, sent and followed to their ends."""
