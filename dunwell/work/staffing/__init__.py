"""Staffing: what each can be given, and who is there."""
