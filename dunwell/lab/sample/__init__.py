"""A portfolio of invented people, written as outside systems would deliver it."""
