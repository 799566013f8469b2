"""The hooks: how they are marked, what they are, and the plugins of a process that implement them."""
