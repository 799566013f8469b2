"""The bodies of answers, a file for each kind of thing."""
