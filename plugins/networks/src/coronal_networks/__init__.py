"""Neural networks: convolutional, recurrent, U-Net and a trained one, one algorithm a file."""
