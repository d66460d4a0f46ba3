"""What was agreed? Promises, plans, relief, hardship, disputes and complaints, each with its evidence."""
