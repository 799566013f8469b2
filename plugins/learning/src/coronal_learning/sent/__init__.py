"""What was sent as a data set: its forms, each within bounds, and all that can be wrong with them."""
