"""Disputes: what a customer does not accept, its clock, and the decision of finance."""
