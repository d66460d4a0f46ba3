"""The contract addendum of a waiver or a settlement: words from the scripts, in both languages, and their digest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256

from dunwell.compliance.content.scripts import SCRIPTS, read_scripts, render
from dunwell.facts.money import Money
from dunwell.settle.relief.kinds import ReliefKind

LANGUAGES = ("en", "zh")
# What nobody told the system is written in by hand.
BLANK = "________"
_LOCALES = {"en": "en", "zh": "zh_Hans_CN"}
FILES = {
    ReliefKind.WAIVER: SCRIPTS / "documents" / "waiver_addendum.yaml",
    ReliefKind.SETTLEMENT: SCRIPTS / "documents" / "settlement_addendum.yaml",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of what is let go."""

    account: str
    charge: str
    component: str
    due_on: date
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an addendum says; without the customer's name, so that its digest can stand in the evidence."""

    number: int
    kind: ReliefKind
    creditor: str
    accounts: tuple[str, ...]
    currency: str
    agreed_on: date
    changes: tuple[Change, ...]
    pay_amount: Decimal | None = None
    pay_by: date | None = None

    @property
    def waived(self) -> Decimal:
        return sum((change.amount for change in self.changes), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The addendum in one language."""

    language: str
    title: str
    body: str


def texts(terms: Terms, *, name: str | None = None) -> list[Text]:
    """This function will write the addendum in both languages, with blanks for what is filled in by hand.

    Without a name, as it is digested, every such place stays open.
    """
    [script] = read_scripts(FILES[terms.kind])
    return [
        Text(
            language=tongue,
            title=script.title[tongue],
            body=render(script.texts[tongue], values=_values(terms, tongue, name)),
        )
        for tongue in LANGUAGES
    ]


def _values(terms: Terms, tongue: str, name: str | None) -> dict[str, str]:
    amount = terms.waived if terms.pay_amount is None else terms.pay_amount
    blanks = dict.fromkeys(("deadline", "pay_link", "help_link"), BLANK) if name else {}
    values = blanks | {
        "creditor": terms.creditor,
        "account": ", ".join(terms.accounts),
        "amount": Money(amount, terms.currency).read(_LOCALES[tongue]),
    }
    if terms.pay_by:
        values["deadline"] = terms.pay_by.isoformat()
    return values | ({"name": name} if name else {})


def digest(terms: Terms) -> str:
    """This function will give the SHA-256 of the addendum: the words of both languages and every changed amount."""
    return sha256(canonical(texts(terms), changes=terms.changes, number=terms.number).encode()).hexdigest()


def canonical(told: Sequence[Text], *, changes: Sequence[Change], number: int) -> str:
    """This function will write an addendum as the bytes that are digested: one line for each part."""
    lines = [f"addendum {number}", *(f"{text.language}: {text.title}: {text.body}" for text in told)]
    lines += [f"{c.account} {c.charge} {c.component} {c.due_on.isoformat()} {c.amount}" for c in changes]
    return "\n".join(lines) + "\n"
