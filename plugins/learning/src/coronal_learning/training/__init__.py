"""Training: splitting, cross-validation, parameter search and the model that is kept."""
