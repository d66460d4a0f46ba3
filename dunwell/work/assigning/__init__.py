"""Assigning: one customer with one collector, by skill, language, load and who had him last."""
