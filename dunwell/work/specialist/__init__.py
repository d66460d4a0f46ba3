"""Specialist: customers in distress, whom only those with special care see and take."""
