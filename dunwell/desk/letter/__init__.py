"""A letter by hand: its words, filled in and judged at the gate, then printed once."""
