"""The console: a page for the browser, which uses the public API alone."""
