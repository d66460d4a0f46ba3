"""Dunwell decides whom to contact, how, when and with what offer, provably within the rules."""
