"""The training loop of the networks: batches, augmentation, losses and checkpoints."""
