"""Image processing: filters, segmenters, measurers and named pipelines, one algorithm a module."""
