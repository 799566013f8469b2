"""A report as one page: no script, nothing to be fetched, to be read by everybody and printed."""
