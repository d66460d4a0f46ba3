"""The desk: where those who talk to customers work all day."""
