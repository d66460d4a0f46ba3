"""The lines of the standard income and expenditure statement as a form."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from dunwell.desk.settle import typed
from dunwell.settle.hardship.rules import Budget, Expense, Income
from dunwell.settle.refusals import NotAgreedError, Objection, objection

DEPENDANTS_MAX = 30


def told(form: Mapping[str, str]) -> bool:
    """This function will say whether anything of a statement was filled in."""
    return any(not typed.empty(form, line.value) for line in (*Income, *Expense))


def read(form: Mapping[str, str], *, currency: str) -> Budget:
    """This function will read a statement; NotAgreedError names each line that is no sum."""
    faults: list[Objection] = []
    income, expenses = (_lines(form, kinds, faults) for kinds in (Income, Expense))
    dependants = 0 if typed.empty(form, "dependants") else typed.whole(form, "dependants")
    if dependants is None or dependants > DEPENDANTS_MAX:
        faults.append(objection("AG-DEPENDANTS"))
    if not income and not expenses and not faults:
        faults.append(objection("AG-LINES"))
    if faults:
        raise NotAgreedError(faults, place="statement")
    return Budget(income=income, expenses=expenses, dependants=dependants or 0, currency=currency)


def _lines(form: Mapping[str, str], kinds: Any, faults: list[Objection]) -> dict[str, Decimal]:
    found = {}
    for line in kinds:
        if typed.empty(form, line.value):
            continue
        amount = typed.amount(form, line.value)
        if amount is None:
            faults.append(objection("AG-LINE", line=line.value))
        else:
            found[line.value] = amount
    return found


def fields(form: Mapping[str, str], faults: Mapping[str, str]) -> dict[str, Any]:
    """This function will give the lines with what was typed and what is wrong with it."""

    def lines(kinds: Any) -> list[tuple[Any, str, str]]:
        return [(line, form.get(line.value, ""), faults.get(line.value, "")) for line in kinds]

    return {"income": lines(Income), "expenses": lines(Expense), "dependants": form.get("dependants", "")}
