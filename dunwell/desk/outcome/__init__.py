"""The outcome: what came of a contact, told by keyboard."""
