"""What a check reports: where, which rule, what is wrong, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """A finding with its place and its cure, as people read it."""

    path: str
    line: int
    rule: str
    message: str
    cure: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.message} -> {self.cure}"
