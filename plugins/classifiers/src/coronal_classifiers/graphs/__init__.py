"""Estimators as graphs that ONNX Runtime computes in float64, one kind a file."""
