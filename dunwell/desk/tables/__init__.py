"""Tables: the strategies' decision tables, to read."""
