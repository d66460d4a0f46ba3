"""What a customer owes now: the desk's name for the portrait's own reading of the ledger."""

from __future__ import annotations

from dunwell.portrait.queries import Owed, overdue_since, owed

__all__ = ["Owed", "overdue_since", "owed"]
