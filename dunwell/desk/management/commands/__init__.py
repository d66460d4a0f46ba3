"""Commands that another door calls."""
