"""Models, training and evaluation over HTTP."""
