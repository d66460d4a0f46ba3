"""What is owed, by whom, and what happened: tier-1 facts, append-only."""
