"""Fitted estimators as ONNX graphs in float64, checked against the estimator."""
