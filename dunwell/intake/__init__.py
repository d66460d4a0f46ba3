"""What arrived: files and databases become facts, bad rows go to quarantine."""
