"""Image formats and result files for Coronal: each reader and each writer is a plugin of its own."""
