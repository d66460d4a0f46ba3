"""Holding a mapping against the ledger's targets, and looking up everything that it names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from difflib import get_close_matches
from typing import cast

from dunwell.facts.money import currencies
from dunwell.intake import rules
from dunwell.intake.mapping import document as told
from dunwell.intake.mapping import recipe as made
from dunwell.intake.mapping.columns import declared
from dunwell.ledger.targets import TARGETS, Field, Target

# Columns that an export of refused rows adds; they are the importer's own.
RESERVED = ("_batch", "_line", "_column", "_rule", "_reason", "_raw")
_BRACES = re.compile(r"\{([^{}]*)\}")
# What may fill a field: from the type of the field to the types of expressions.
FILLS = {
    "date": ("date",),
    "time": ("time",),
    "money": ("money", "integer"),
    "number": ("number", "money", "integer"),
    "integer": ("integer",),
    "bool": ("bool",),
}
COMPARED = ("date", "time", "money", "number", "integer")


class UnfitError(Exception):
    """A mapping that says something impossible: where, what, and the cure."""

    def __init__(self, place: str, problem: str, cure: str) -> None:
        super().__init__(problem)
        self.place, self.problem, self.cure = place, problem, cure


def _choose(name: str, *, among: Iterable[str], what: str, place: str) -> None:
    known = list(among)
    if name not in known:
        close = get_close_matches(name, known, n=1, cutoff=0.6)
        hint = f"did you mean {close[0]}? " if close else ""
        raise UnfitError(place, f"unknown {what} {name!r}", f"{hint}Known: {', '.join(known)}")


def recipe_of(document: told.Document) -> made.Recipe:
    """This function will look up all that the mapping names, or raise UnfitErrorError."""
    columns = tuple(declared(name, column) for name, column in document.columns.items())
    for column in columns:
        if column.name in RESERVED or column.name.startswith("#"):
            raise UnfitError(
                f"columns.{column.name}", "this name is the importer's own", "rename the column in the source"
            )
    check = _Checker({column.name: column for column in columns})
    derived = tuple(check.derive(name, expression) for name, expression in document.derived.items())
    entries = tuple(check.entry(entry, place=f"facts[{turn}]") for turn, entry in enumerate(document.facts))
    return made.Recipe(document.name, document.source, document.kind.value, columns, derived, entries)


class _Checker:
    """Knows the types of all columns, those derived so far included."""

    def __init__(self, columns: dict[str, made.Column]) -> None:
        self.columns = columns
        self.types = {name: column.type for name, column in columns.items()}

    def derive(self, name: str, expression: told.Expression) -> tuple[str, made.Expression]:
        place = f"derived.{name}"
        if name in self.types:
            raise UnfitError(place, "a column has this name already", "give it another name")
        made_of, gives = self.expression(expression, place=place)
        if gives not in FILLS["money"]:
            raise UnfitError(place, f"this gives a {gives}", "derive amounts only: sum, share, negate, least, greatest")
        self.types[name] = "money"
        return name, made_of

    def column(self, name: str, *, place: str) -> str:
        _choose(name, among=self.types, what="column", place=place)
        return self.types[name]

    # ---- entries ----------------------------------------------------------------------------------------------------

    def entry(self, entry: told.Entry, *, place: str) -> made.Entry:
        _choose(entry.target, among=TARGETS, what="target", place=f"{place}.target")
        target = TARGETS[entry.target]
        bound = [
            self.bind(target, name, told_as, place=f"{place}.fields.{name}") for name, told_as in entry.fields.items()
        ]
        self.complete(target, {item.field.name for item in bound}, place=place)
        when = tuple(self.condition(item, place=f"{place}.when") for item in entry.when)
        return made.Entry(place, target, when, tuple(bound))

    def complete(self, target: Target, given: set[str], *, place: str) -> None:
        needed = [field.name for field in target.by_name.values() if field.required and not field.default]
        missing = [name for name in needed if name not in given]
        if missing:
            raise UnfitError(f"{place}.fields", f"{target.name} needs {', '.join(missing)}", "add the field(s)")

    def bind(self, target: Target, name: str, expression: told.Expression, *, place: str) -> made.Bound:
        allowed = {known: field for known, field in target.by_name.items() if field.type != "subject"}
        _choose(name, among=allowed, what=f"field of {target.name}", place=place)
        field = allowed[name]
        made_of, gives = self.expression(expression, place=place)
        source = getattr(expression, "source", None) or ""
        if source and not field.to:
            raise UnfitError(place, "this field is no reference", "leave out source")
        self.fits(field, made_of, gives=gives, place=place)
        return made.Bound(field, made_of, gives, source)

    def fits(self, field: Field, expression: made.Expression, *, gives: str, place: str) -> None:
        if isinstance(expression, made.Const):
            return _const_fits(field, expression.text, place=place)
        if field.kinds and isinstance(expression, made.Ref):
            self.meanings_fit(field, expression.column, place=place)
        accepted = FILLS.get(field.type)
        if accepted and gives not in accepted:
            raise UnfitError(
                place, f"{field.name} is a {field.type}, this gives a {gives}", f"declare the column as {accepted[0]}"
            )
        return None

    def meanings_fit(self, field: Field, column: str, *, place: str) -> None:
        """This function will refuse a column whose words mean what the field cannot hold."""
        declared_column = self.columns.get(column)
        if declared_column is not None and declared_column.otherwise == "refuse":
            for meaning in {meaning for _, meaning in declared_column.values if meaning}:
                _choose(meaning, among=field.kinds, what=field.name, place=place)

    def condition(self, when: told.When, *, place: str) -> made.Condition:
        kind = self.column(when.column, place=place)
        test, value = when.test
        if test in ("above", "below") and kind not in COMPARED:
            raise UnfitError(
                place, f"{when.column} is a {kind}, which is neither above nor below anything", "use equals or present"
            )
        if test != "present" and kind != "text" and rules.typed_const(kind, text=value) is None:
            raise UnfitError(place, f"{value!r} is not a {kind}", f"compare {when.column} with a {kind}")
        return made.Condition(when.column, kind, test, value)

    # ---- expressions ------------------------------------------------------------------------------------------------

    def expression(self, expression: told.Expression, *, place: str) -> tuple[made.Expression, str]:
        match expression:
            case told.Const(const=text):
                return made.Const(text), "text"
            case told.FromColumn(column=name, shift_days=days):
                kind = self.column(name, place=f"{place}.column")
                if days and kind != "date":
                    raise UnfitError(f"{place}.shift_days", f"{name} is a {kind}", "shift dates only")
                return made.Ref(name, days), kind
            case told.Template(template=text):
                return made.Template(self.template(text, place=place)), "text"
            case _:
                return self.arithmetic(expression, place=place), "money"

    def template(self, text: str, *, place: str) -> tuple[str, ...]:
        parts = _BRACES.split(text)
        if len(parts) == 1:
            raise UnfitError(place, "the template names no column", "write const instead, or {column}")
        for name in parts[1::2]:
            self.column(name, place=place)
        return tuple(parts)

    def arithmetic(self, expression: told.Expression, *, place: str) -> made.Expression:
        match expression:
            case told.Sum(sum=terms):
                return made.Sum(self.amounts(terms, place=f"{place}.sum"))
            case told.Least(least=terms):
                return made.Extreme(False, self.amounts(terms, place=f"{place}.least"))
            case told.Greatest(greatest=terms):
                return made.Extreme(True, self.amounts(terms, place=f"{place}.greatest"))
            case told.Negate(negate=term):
                return made.Negate(self.amount(term, place=f"{place}.negate"))
        share = cast(told.Share, expression)
        of, factor = share.share
        if abs(factor) > 1000 or factor != round(factor, made.READ_PLACES):
            raise UnfitError(
                f"{place}.share", f"{factor} is no share", f"at most 1000, at most {made.READ_PLACES} places"
            )
        return made.Share(self.amount(of, place=f"{place}.share"), factor, share.places)

    def amounts(self, terms: list[told.Amount], *, place: str) -> tuple[made.Expression, ...]:
        return tuple(self.amount(term, place=f"{place}[{turn}]") for turn, term in enumerate(terms))

    def amount(self, term: told.Amount, *, place: str) -> made.Expression:
        if isinstance(term, str):
            taken_away = term.startswith("-") and term not in self.types
            ref = self.amount(told.FromColumn(column=term.removeprefix("-") if taken_away else term), place=place)
            return made.Negate(ref) if taken_away else ref
        made_of, gives = self.expression(term, place=place)
        if isinstance(made_of, made.Const):
            _const_fits(Field("amount", "money"), made_of.text, place=place)
        elif gives not in FILLS["money"]:
            raise UnfitError(place, f"this gives a {gives}, not an amount", "declare the column as money")
        return made_of


def _const_fits(field: Field, text: str, *, place: str) -> None:
    """This function will refuse a constant that its field could never hold."""
    if field.kinds:
        return _choose(text, among=field.kinds, what=field.name, place=place)
    if field.type == "currency":
        if text not in currencies():
            raise UnfitError(place, f"{text!r} is no currency of ISO 4217", "write a code such as CNY")
    elif field.type in FILLS and rules.typed_const(field.type, text=text) is None:
        raise UnfitError(place, f"{text!r} is not a {field.type}", _CONST_CURES.get(field.type, "correct it"))
    elif field.type == "money" and field.positive and Decimal(text) <= 0:
        raise UnfitError(place, "the amount is not above zero", "correct it")
    elif field.type in ("zone", "zones") and not rules.zones_known(text):
        raise UnfitError(place, f"{text!r} is not a time zone", "write one such as Asia/Shanghai")
    return None


_CONST_CURES = {"date": "write 2024-12-31", "time": "write 2024-12-31 08:00:00+08:00", "bool": "write true or false"}
