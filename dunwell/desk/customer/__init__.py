"""The customer: who he is, what he owes, what may be done now and why."""
