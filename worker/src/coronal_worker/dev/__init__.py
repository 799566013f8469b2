"""Tools for authors of plugins: try an algorithm, create a package, check one, draw the gallery."""
