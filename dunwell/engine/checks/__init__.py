"""What is wrong with a decision table before it runs: gaps, overlaps, rules that never answer, values never met."""
