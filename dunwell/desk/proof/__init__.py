"""The proof of a debt: contract, bills and payments item by item, and where each fact comes from."""
