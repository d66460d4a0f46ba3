"""What each table of facts tells of a customer: one file a table, one row a party."""
