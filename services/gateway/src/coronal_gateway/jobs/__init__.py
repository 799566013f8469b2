"""Jobs over HTTP: submit, poll, follow, replay and download."""
