"""Brain extraction by a pretrained network."""
