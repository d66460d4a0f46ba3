"""Today: what waits, the plan as a funnel, and what is stopped or close to a limit."""
