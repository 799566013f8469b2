"""Networks as files: Keras's own and ONNX graphs, checked against the network."""
