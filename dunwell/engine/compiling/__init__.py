"""Expressions and tests as look-ups and Python source: what `single` is built of."""
