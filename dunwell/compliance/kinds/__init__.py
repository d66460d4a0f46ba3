"""The kinds of rule: each file is one kind, with its parameters, its judgement of one contact and of a whole table."""
