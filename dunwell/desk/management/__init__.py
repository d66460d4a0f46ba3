"""What the doors call by name."""
