"""Signing in: a code, a password and six digits of a second factor."""
