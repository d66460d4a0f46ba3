"""Expressions and tests over columns: what `bulk` is built of."""
