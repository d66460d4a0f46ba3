"""Clock: until when a person must act, and whose turn it is."""
