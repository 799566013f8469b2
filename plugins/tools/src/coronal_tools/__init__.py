"""Tools for those who write plugins: try an algorithm, start a package, check one."""
