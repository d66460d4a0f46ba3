"""Frozen values that everything else speaks in: money, periods, verdicts, errors."""
