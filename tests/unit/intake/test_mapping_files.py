"""Mapping files: what a broken one is told, and that those of the house are sound."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from dunwell.facts.errors import DunwellError
from dunwell.intake.mapping import recipe as made
from dunwell.intake.mapping.reading import FOLDER, Mapping, find, folder_names, read

Write = Callable[[str], Mapping]

SOUND = """
name: bills
source: demo
kind: billing
about: {en: Bills, zh: 账单}
columns:
  account_no: {type: text, required: true}
  bill_no: {type: text, required: true}
  due: {type: date, formats: ["%d/%m/%Y"], required: true}
  amount: {type: money, unit: "0.01"}
  state: {type: text, values: {"1": principal, "2": fee}}
facts:
  - target: charge
    when: {column: amount, above: 0}
    fields:
      external_id: {column: bill_no}
      account: {column: account_no}
      booked_on: {column: due, shift_days: -30}
      due_on: {column: due}
      component: {column: state}
      amount: {column: amount}
"""

# What is changed in the sound mapping; what is said; where; what to do.
BROKEN = [
    ("name: bills", "name: charges", "its name is 'charges'", "name", "write name: bills"),
    ("source: demo", "source: Demo Corp", "small letters", "source", "mend"),
    ("kind: billing", "kind: bill", "Input should be", "kind", "mend"),
    ("source: demo", "sauce: demo", "Field required", "source", "mend"),
    ("kind: billing", "kind: billing\nkinds: x", "unknown key 'kinds'", "kinds", "did you mean kind?"),
    ("type: money, unit", "type: money, units", "unknown key 'units'", "columns.amount.units", "did you mean unit?"),
    ("type: money, unit", "type: cash, unit", "does not match any of the expected tags", "columns.amount", "mend"),
    ('"0.01"', '"-1"', "a unit is above 0", "columns.amount.unit", "mend"),
    ("%d/%m/%Y", "%d/%m/%Q", "%Q is not read here", "columns.due.formats[0]", "mend"),
    ("%d/%m/%Y", "%d/%m", "does not give year", "columns.due.formats[0]", "mend"),
    ("%d/%m/%Y", "%Y-%d-%m", "begins with the year", "columns.due.formats[0]", "mend"),
    ("target: charge", "target: charges", "unknown target 'charges'", "facts[0].target", "did you mean charge?"),
    ("      due_on:", "      due_at:", "unknown field of charge 'due_at'", "facts[0].fields.due_at", "due_on"),
    ("{column: bill_no}", "{column: bil_no}", "unknown column 'bil_no'", "fields.external_id.column", "bill_no?"),
    ("{column: bill_no}", "{colum: bill_no}", "not an expression", "facts[0].fields.external_id", "mend"),
    ("{column: bill_no}", "{template: plain}", "names no column", "facts[0].fields.external_id", "write const"),
    ("{column: bill_no}", '{template: "{bil}"}', "unknown column 'bil'", "facts[0].fields.external_id", "Known:"),
    ("      amount: {column: amount}\n", "", "charge needs amount", "facts[0].fields", "add the field"),
    ("amount: {column: amount}", "amount: {column: due}", "this gives a date", "fields.amount", "as money"),
    (
        "amount: {column: amount}",
        "amount: {sum: [due]}",
        "gives a date, not an amount",
        "fields.amount.sum[0]",
        "money",
    ),
    ("amount: {column: amount}", 'amount: {const: "-1"}', "not above zero", "fields.amount", "correct it"),
    ("amount: {column: amount}", "amount: {const: much}", "'much' is not a money", "fields.amount", "correct it"),
    ("shift_days: -30", "shift_days: soon", "valid integer", "fields.booked_on.shift_days", "mend"),
    ("booked_on: {column: due,", "booked_on: {column: amount,", "amount is a money", "shift_days", "shift dates only"),
    ("component: {column: state}", "component: {const: prinzipal}", "unknown component", "component", "principal?"),
    ('"2": fee', '"2": fees', "unknown component 'fees'", "fields.component", "did you mean fee?"),
    ("above: 0", "over: 0", "unknown key 'over'", "facts[0].when[0].over", "did you mean above?"),
    ("above: 0", "above: 0, below: 3", "exactly one of", "facts[0].when[0]", "mend"),
    ("above: 0", "above: nothing", "'nothing' is not a money", "facts[0].when", "compare amount with a money"),
    ("{column: amount, above: 0}", "{column: state, above: 0}", "state is a text", "facts[0].when", "equals"),
    ("{column: account_no}", "{column: account_no, source: Other Co}", "small letters", "account.source", "mend"),
    ("due_on: {column: due}", "due_on: {column: due, source: other}", "is no reference", "due_on", "leave out source"),
    ("  state: {", "  _line: {type: text}\n  state: {", "the importer's own", "columns._line", "rename"),
    ("about: {en: Bills, zh: 账单}", "about: {en: Bills}", "Field required", "about.zh", "mend"),
    ("facts:", "format: {type: sql, table: a, query: b}\nfacts:", "table or query", "format", "mend"),
    ("  bill_no: {type: text, required: true}", "  due: {type: text}", "the key 'due' stands twice", "line", "check"),
    ("facts:\n", "facts:\n :- {\n", "", "line", "check indentation"),
]


@pytest.mark.parametrize(("old", "new", "said", "place", "cure"), BROKEN)
def test_a_broken_mapping_is_told_where_and_how_to_mend_it(
    mapping: Write, old: str, new: str, said: str, place: str, cure: str
) -> None:
    assert old in SOUND
    with pytest.raises(DunwellError) as caught:
        mapping(SOUND.replace(old, new, 1))
    assert said in caught.value.message
    assert "bills.yaml" in caught.value.place
    assert place in caught.value.place
    assert cure in caught.value.cure


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "holds no mapping"), (b"- a\n", "holds no mapping"), (b"\xff\xfe", "UTF-8")]
)
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "bills.yaml").write_bytes(content)
    with pytest.raises(DunwellError, match=said):
        read(tmp_path / "bills.yaml")


def test_words_of_yaml_stay_text_and_decimals_exact(mapping: Write) -> None:
    """A plain `no`, `0.1` or `2024-01-01` is no truth value, float or date before its column says so."""
    found = mapping(SOUND.replace('{"1": principal, "2": fee}', "{no: principal, 0.10: fee}"))
    [state] = [column for column in found.recipe.columns if column.name == "state"]
    assert state.values == (("no", "principal"), ("0.10", "fee"))
    [amount] = [column for column in found.recipe.columns if column.name == "amount"]
    assert amount.unit == Decimal("0.01")


def test_each_repeats_an_entry_with_lists_side_by_side(mapping: Write) -> None:
    repeated = SOUND.replace(
        "  - target: charge\n", "  - target: charge\n    each: {n: [account_no, bill_no], x: [a, b]}\n"
    ).replace("{column: bill_no}", '{template: "{{n}}/{x}"}')
    first, second = mapping(repeated).recipe.entries
    assert first.fields[0].expression == made.Template(("", "account_no", "/a"))
    assert second.fields[0].expression == made.Template(("", "bill_no", "/b"))


def test_each_with_lists_of_different_length_is_refused(mapping: Write) -> None:
    uneven = SOUND.replace("  - target: charge\n", "  - target: charge\n    each: {n: [1, 2], x: [a]}\n")
    with pytest.raises(DunwellError, match="walked side by side"):
        mapping(uneven)


def test_arithmetic_is_read_with_its_signs_and_nesting(mapping: Write) -> None:
    text = SOUND.replace(
        "facts:", 'derived:\n  due_now: {least: [amount, {share: [amount, "0.03"], places: 0}, {const: "9"}]}\nfacts:'
    ).replace("amount: {column: amount}", "amount: {sum: [amount, -due_now]}")
    recipe = mapping(text).recipe
    [(name, expression)] = recipe.derived
    amount = made.Ref("amount")
    assert (name, recipe.types()["due_now"]) == ("due_now", "money")
    assert expression == made.Extreme(False, (amount, made.Share(amount, Decimal("0.03"), 0), made.Const("9")))
    assert recipe.entries[0].fields[-1].expression == made.Sum((amount, made.Negate(made.Ref("due_now"))))


def test_the_columns_of_sealed_fields_are_secret(mapping: Write) -> None:
    entry = "  - target: party_detail\n    fields: {external_id: {column: account_no}, name: {column: state}}\n"
    assert mapping(SOUND + entry).recipe.secret_columns == {"state"}


def test_the_digest_is_of_the_file(mapping: Write) -> None:
    assert mapping(SOUND).digest != mapping(SOUND + "# changed\n").digest


def test_an_unknown_name_is_met_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(DunwellError) as caught:
        find("uci_credit_kard")
    assert caught.value.cure == "did you mean uci_credit_card?"
    with pytest.raises(DunwellError, match="none yet"):
        find("bills", folder=tmp_path)


@pytest.mark.parametrize("name", folder_names())
def test_every_mapping_of_the_house_is_sound(name: str) -> None:
    found = find(name)
    assert found.document.about.en
    assert found.document.about.zh
    assert found.path.parent == FOLDER
