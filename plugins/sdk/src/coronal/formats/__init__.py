"""File formats as plugins, and what readers and writers share."""
