"""Writers: the files that a job leaves, one idea a module."""
