"""The clocks of the accounts in the ledger: the facts, what they say to a clock, and what each clock then says."""
