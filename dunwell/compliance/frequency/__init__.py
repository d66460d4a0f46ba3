"""How often may a person be called about a debt? Regulation F's presumption, computed from a history of events."""
