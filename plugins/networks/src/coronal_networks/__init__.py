"""Neural networks: convolutional, recurrent, U-Net and a pretrained one, one algorithm a module."""
