"""What a judge says of a contact: whether it may be made, and if not, why and from when on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One rule that says no, in words, with the earliest time at which this rule would allow the contact.

    `earliest` is a date where a day was judged, a moment (in UTC) where one was, None where nobody can know.
    """

    rule: str
    reason_en: str
    reason_zh: str
    earliest: date | None = None

    def reason(self, language: str = "en") -> str:
        return self.reason_zh if language.startswith("zh") else self.reason_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Everything the rules say of one contact.

    `refusals` forbid it; `warnings` ask for a second look; `reviews` leave it to a person, so a machine must not go
    on alone. `windows` are the lawful local hours of the day ("08:00" up to, not including, "22:00") in `zone`.
    `earliest` speaks of the contact as a whole and only when it is refused: None then means that nobody can know.
    """

    refusals: tuple[Refusal, ...] = ()
    warnings: tuple[Refusal, ...] = ()
    reviews: tuple[Refusal, ...] = ()
    windows: tuple[tuple[str, str], ...] = ()
    zone: str | None = None
    earliest: date | None = None

    @property
    def allowed(self) -> bool:
        return not self.refusals

    @property
    def refused_rules(self) -> tuple[str, ...]:
        return tuple(refusal.rule for refusal in self.refusals)
