"""Can we prove it: one row for every action, sealed into a chain of blocks."""
