"""Promises, instalment plans and deferrals: what a customer and the house agreed, and what became of it."""
