"""What lies outside the S-FEEL profile is refused when the model is loaded, and the refusal says what to write."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import engine_models as build
import pytest

from dunwell.engine import lexer, sfeel
from dunwell.engine.model import ModelError, Name, Place

PLACE = Place("risk.dmn", "Segment", "3", "dpd")
SCOPE = {
    "dpd": Name("dpd", "number"),
    "paid": Name("paid", "boolean"),
    "name": Name("name", "string"),
    "quota": Name("quota", "ratio"),
    "due": Name("due", "date"),
}
VALUE = 'write a literal ("text", 5, true, null, date("2024-01-31")) or a name'
KNOWN = "put texts in quotes, or require one of the names: dpd, due, name, paid, quota"
ONLY = "write only what the S-FEEL profile has"

CELLS = [
    # type of the column, cell, at which character, what is wrong -> what to write
    ("number", "High", "1: 'High' is not known", KNOWN),
    ("number", "> dpd + 1", "7: + is left over", "end the entry before it, or join it with an operator"),
    ("number", "5 6", "3: 6 is left over", "end the entry before it, or join it with an operator"),
    ("number", "> ", "2: expected a value, found the end", VALUE),
    ("number", "5,", "3: expected a value, found the end", VALUE),
    ("number", "-, 5", "2: expected a value, found ,", VALUE),
    ("number", "5, -", "5: expected a value, found the end", VALUE),
    ("number", "[1..5", "6: expected ] or [ or ), found the end", "write ] or [ or ) here"),
    ("number", "[1,5]", "3: expected .., found ,", "write .. here"),
    ("number", "[5..1]", "7: the range ends before it begins", "put the smaller end first"),
    ("number", "[null..1]", "2: null has no order: >= can never hold", "compare it with = or !="),
    ("number", "< null", "3: null has no order: < can never hold", "compare it with = or !="),
    ("number", '"5"', '1: "5" is a string, the column is a number', "compare with a number"),
    ("number", "> name", "3: name is a string, the column is a number", "compare with a number"),
    ("string", "5", "1: 5 is a number, the column is a string", "compare with a string"),
    ("string", "'A'", "1: ' is outside the profile", ONLY),
    ("string", '"A', '1: " is outside the profile', ONLY),
    ("string", '"\\d"', "1: \\d means nothing in a string", "write \\\\ for one backslash"),
    ("string", '"\\u0000"', "1: U+0000 is no character", "write the character itself"),
    ("string", '"\\ud800"', "1: U+D800 is no character", "write the character itself"),
    ("string", "“A”", "1: “ is outside the profile", 'write "'),
    ("number", "1，2", "2: ， is outside the profile", "write ,"),
    ("number", "≥ 5", "1: ≥ is outside the profile", "write >="),
    ("boolean", "paid", "1: paid alone could mean «is true» or «is equal»", "write = paid"),
    ("boolean", "< true", "3: a boolean has no order: < can never hold", "compare it with = or !="),
    ("number", "not(not(5))", "5: expected a value, found not", VALUE),
    ("number", "not(-)", "6: expected a value, found )", VALUE),
    ("number", "not 5", "5: expected (, found 5", "write ( here"),
    ("number", "not(5), 6", "7: , is left over", "end the entry before it, or join it with an operator"),
    ("number", "-dpd", "1: a test compares with a literal or a name", "compute it in a decision of its own"),
    ("date", '"2024-01-01"', '1: "2024-01-01" is a string, the column is a date', "compare with a date"),
    ("date", 'date("2024-02-30")', '1: "2024-02-30" is no day of the calendar', 'write it like date("2024-01-31")'),
    ("date", 'date("20240131")', '1: "20240131" is no day of the calendar', 'write it like date("2024-01-31")'),
    ("date", "date(due)", "1: 'date' is not known", KNOWN),
    ("date", '@"2024-01-31"', "1: @ is outside the profile", ONLY),
    ("number", "? > 5", "1: ? is outside the profile", ONLY),
    ("number", "1e5", "2: 'e5' is not known", KNOWN),
    ("number", "0.1234567890", None, None),
    ("number", "0.1234567891", "1: a number has at most 18 digits before the point and 9 after it", "round it"),
    ("number", "1234567890123456789", "1: a number has at most 18 digits before the point and 9 after it", "round it"),
]

EXPRESSIONS = [
    ("", "1: nothing is written here", "write a value, or null"),
    ("dpd ** 2", "5: ** is outside the profile", ONLY),
    ("floor(dpd)", "1: 'floor' is not known", KNOWN),
    ("dpd between 1 and 2", "5: 'between' is not known", KNOWN),
    ("[1, 2]", "1: expected a value, found [", VALUE),
    ("not(paid)", "1: expected a value, found not", VALUE),
    ("(dpd", "5: expected ), found the end", "write ) here"),
    ('dpd + "a"', "7: expected a number, found a string", "use a number here"),
    ("name + 1", "8: expected a string, found a number", "use a string here"),
    ("paid + 1", "8: expected a number, found a boolean", "use a number here"),
    ("dpd + null", "7: expected a number, found a null", "use a number here"),
    ("due + 1", "7: expected a number, found a date", "use a number here"),
    ("-name", "2: expected a number, found a string", "use a number here"),
    ("dpd and paid", "5: expected a boolean, found a number", "use a boolean here"),
    ("dpd = name", "7: a number is compared with a string", "compare values of one type"),
    ("paid < true", "8: a boolean has no order: < can never hold", "compare it with = or !="),
    ("1 < dpd < 9", "9: < is left over", "end the entry before it, or join it with an operator"),
    ("if paid then 1", "15: expected else, found the end", "write else here"),
    ("if dpd then 1 else 2", "4: expected a boolean, found a number", "use a boolean here"),
    ('if paid then 1 else "a"', "21: then is a number, else a string", "give both the same type"),
    ("dpd / 2 * 100", "9: the result of a division is computed with", "multiply and add first, divide last"),
    ("quota + 1", "9: the result of a division is computed with", "multiply and add first, divide last"),
    ("+".join(["dpd"] * 70), "260: more than 64 operators", "split it into several decisions"),
    ("(" * 70 + "1" + ")" * 70, "65: more than 64 operators", "split it into several decisions"),
    ("-" * 70 + "1", "65: more than 64 operators", "split it into several decisions"),
    ('"' + "a" * 4000 + '"', "4001: longer than 4000 characters", "split it into rules"),
]


def shown(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}…"


@pytest.mark.parametrize(("kind", "cell", "wrong", "cure"), CELLS, ids=[example[1][:20] for example in CELLS])
def test_cell_is_refused_with_place_and_cure(kind: str, cell: str, wrong: str | None, cure: str | None) -> None:
    if wrong is None:
        assert sfeel.parse_cell(cell, of=kind, scope=SCOPE, place=PLACE).text == cell
        return
    with pytest.raises(ModelError) as refused:
        sfeel.parse_cell(cell, of=kind, scope=SCOPE, place=PLACE)
    place = "risk.dmn, decision 'Segment', rule 3, column 'dpd'"
    assert str(refused.value) == f"{place}: «{shown(cell.strip())}» at character {wrong} -> {cure}"


@pytest.mark.parametrize(("text", "wrong", "cure"), EXPRESSIONS, ids=[example[0][:20] for example in EXPRESSIONS])
def test_expression_is_refused_with_place_and_cure(text: str, wrong: str, cure: str) -> None:
    with pytest.raises(ModelError) as refused:
        sfeel.parse_expression(text, scope=SCOPE, place=Place("risk.dmn"))
    assert str(refused.value) == f"risk.dmn: «{shown(text)}» at character {wrong} -> {cure}"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [('"A", dpd', "'dpd' is not known"), ("[1..2]", "expected a value"), ('1, "A"', "of several types")],
)
def test_allowed_values_must_be_literals_of_one_type(text: str, wrong: str) -> None:
    with pytest.raises(ModelError, match=wrong):
        sfeel.parse_values(text, place=PLACE)


def test_names_may_hold_spaces_and_the_longest_wins() -> None:
    scope = {name: Name(name, "number") for name in ("loan", "loan rate", "loan rate cap", "A-B", "A", "B")}
    found = [token.value for token in lexer.tokens("loan rate cap loan rate loan A-B A - B", scope=scope, place=PLACE)]
    assert found[:6] == [scope[name] for name in ("loan rate cap", "loan rate", "loan", "A-B", "A")] + ["-"]


def test_a_name_is_not_found_inside_a_longer_word() -> None:
    with pytest.raises(ModelError, match="'dpd2' is not known"):
        sfeel.parse_expression("dpd2 + 1", scope=SCOPE, place=PLACE)


@pytest.mark.parametrize("name", ["date", "not", "null", "if", "1st", " x", "x ", 'a"b', "a,b", "", "a\nb"])
def test_name_that_feel_could_mistake_is_refused(name: str) -> None:
    with pytest.raises(ModelError, match="begin it with a letter, use no quotes or FEEL keyword"):
        lexer.check_name(name, "an input", PLACE)


@pytest.mark.parametrize("name", ["x", "Monthly Salary", "Approved/Declined", "逾期天数", "_a", "date of birth"])
def test_clear_name_is_accepted(name: str) -> None:
    assert lexer.check_name(name, "an input", PLACE) == name


def test_an_entry_within_the_limits_is_accepted(tmp_path: Path) -> None:
    long_list = ", ".join(str(number) for number in range(800))
    decision = build.table("T", rules=[[long_list, '"x"']], inputs={"n": "number"})
    model = build.load(tmp_path, decision, inputs={"n": "number"})
    assert not build.differences(model, [{"n": None}, {"n": Decimal(799)}, {"n": Decimal(800)}])
