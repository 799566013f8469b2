"""What flows through a pipeline: images, geometry, label maps, tables and their provenance."""
