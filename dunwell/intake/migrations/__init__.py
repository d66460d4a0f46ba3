"""The history of the quarantine table."""
