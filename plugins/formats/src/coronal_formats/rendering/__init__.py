"""Pictures for a person's eye: windows, planes, colours, panels and the page that holds them."""
