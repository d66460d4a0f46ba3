"""Work: who does it: which customer is in whose hands."""
