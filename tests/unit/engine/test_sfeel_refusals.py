"""What lies outside the S-FEEL profile is refused when the model is loaded, and the refusal says what to write."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import engine_models as build
import pytest

from dunwell.engine.model import ModelError, Name, Place, Type
from dunwell.engine.reading import lexer, sfeel

PLACE = Place("risk.dmn", "Segment", "3", "dpd")
KINDS: dict[str, Type] = {
    "dpd": "number",
    "paid": "boolean",
    "name": "string",
    "quota": "ratio",
    "due": "date",
    "at": "date_time",
    "wait": "days_duration",
    "term": "months_duration",
}
SCOPE = sfeel.Scope({key: Name(key, kind) for key, kind in KINDS.items()})
VALUE = 'write a literal ("text", 5, true, null, date("2024-01-31")) or a name'
KNOWN = "put texts in quotes, or require one of the names: at, dpd, due, name, paid, quota, term, wait"
ONLY = "write only what the S-FEEL profile has"
SUM = "add numbers, texts, or a duration to a day"
DIFFERENCE = "subtract numbers, days, or a duration from a day"
NUMBERS = "use numbers here"

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
    ("number", "not(not(5))", "5: not is given a number as negand", "give it a boolean"),
    ("number", "not(-)", "6: expected a value, found )", VALUE),
    ("number", "not 5", "5: expected (, found 5", "write ( here"),
    ("number", "not(5), 6", "7: , is left over", "end the entry before it, or join it with an operator"),
    ("number", "dpd * 2", "5: * is left over", "end the entry before it, or join it with an operator"),
    ("number", "(dpd)", "5: expected .., found )", "write .. here"),
    ("number", "-name", "2: - stands before a string", "use a number here"),
    ("date", '"2024-01-01"', '1: "2024-01-01" is a string, the column is a date', "compare with a date"),
    ("date", 'date("2024-02-30")', '1: "2024-02-30" is no day of the calendar', 'write it like date("2024-01-31")'),
    ("date", 'date("20240131")', '1: "20240131" is no day of the calendar', 'write it like date("2024-01-31")'),
    ("date", "date(dpd)", "1: day of is given a number as from", "give it a date or date_time"),
    ("date", '@"2024-01-32"', '1: "2024-01-32" is no day of the calendar', 'write it like date("2024-01-31")'),
    ("date", '@"P1D"', '1: @"P1D" is a days_duration, the column is a date', "compare with a date"),
    ("date", "at", "1: at is a date_time, the column is a date", "compare with a date"),
    ("date_time", '@"2024-01-31"', '1: @"2024-01-31" is a date, the column is a date_time', "compare with a date_time"),
    ("time", 'time("9:00:00")', '1: "9:00:00" is no time of day', 'write it like time("09:30:00")'),
    (
        "days_duration",
        'duration("P1M")',
        "1: duration is a months_duration, the column is a days_duration",
        "compare with a days_duration",
    ),
    ("months_duration", "> wait", "3: wait is a days_duration, the column is a months_duration", None),
    ("days_duration", '[@"P2D"..@"P1D"]', "17: the range ends before it begins", "put the smaller end first"),
    ("number", "? > 5", "1: ? is outside the profile", ONLY),
    ("number", "1e19", "1: a number has at most 18 digits before the point and 9 after it", "round it"),
    ("string", "{}", "1: { is outside the profile", ONLY),
    ("number", "in (1, 2)", "1: expected a value, found in", VALUE),
    ("number", "every x in y", "1: 'every' is not known", KNOWN),
    ("number", "dpd.year", "5: year is given a number as date", "give it a date or date_time"),
    ("number", "0.1234567890", None, None),
    ("number", "0.1234567891", "1: a number has at most 18 digits before the point and 9 after it", "round it"),
    ("number", "1234567890123456789", "1: a number has at most 18 digits before the point and 9 after it", "round it"),
]

EXPRESSIONS = [
    ("", "1: nothing is written here", "write a value, or null"),
    ("[1, 2]", "1: expected a value, found [", VALUE),
    ("(dpd", "5: expected ), found the end", "write ) here"),
    ('dpd + "a"', "7: + joins a number and a string", SUM),
    ("name + 1", "8: + joins a string and a number", SUM),
    ("paid + 1", "8: + joins a boolean and a number", SUM),
    ("dpd + null", "7: + joins a number and null", SUM),
    ("due + 1", "7: + joins a date and a number", SUM),
    ("due + due", "7: + joins a date and a date", SUM),
    ("due - at", "7: - joins a date and a date_time", DIFFERENCE),
    ("wait - due", "8: - joins a days_duration and a date", DIFFERENCE),
    ("wait + term", "8: + joins a days_duration and a months_duration", SUM),
    ("wait * 2", "8: * joins a days_duration and a number", NUMBERS),
    ("wait / wait", "8: / joins a days_duration and a days_duration", NUMBERS),
    ("name * 2", "8: * joins a string and a number", NUMBERS),
    ("name ** 2", "9: ** joins a string and a number", NUMBERS),
    ("null / 2", "8: / joins null and a number", NUMBERS),
    ("-name", "2: - stands before a string", "use a number here"),
    ("-wait", "2: - stands before a days_duration", "use a number here"),
    ("-null", "2: - stands before a null", "use a number here"),
    ("dpd and paid", "9: and joins a number and a boolean", "use a boolean here"),
    ("paid or name", "9: or joins a boolean and a string", "use a boolean here"),
    # calls
    ("string(dpd)", "1: 'string' is not known", KNOWN),
    ("upper case(name)", "1: 'upper' is not known", KNOWN),
    ("sum(dpd, 1)", "1: 'sum' is not known", KNOWN),
    ("now()", "1: 'now' is not known", KNOWN),
    ("floor()", "1: floor is given 0 values", "give it: n"),
    ("floor(dpd, 1)", "1: floor is given 2 values", "give it: n"),
    ("substring(name)", "1: substring is given 1 values", "give it: string, start position, length"),
    ("substring(name, dpd)", "1: start position of substring is no whole number", "write the number itself"),
    ("substring(name, 1.5)", "1: start position of substring is no whole number", "write the number itself"),
    ("decimal(dpd, 10)", "1: decimal rounds to 10 places", "write a scale from 0 to 9"),
    ("decimal(dpd, -1)", "1: decimal rounds to -1 places", "write a scale from 0 to 9"),
    ("decimal(quota, 2)", "1: decimal is given a ratio as n", "give it a number"),
    ("contains(name, 1)", "1: contains is given a number as match", "give it a string"),
    ("not(dpd)", "1: not is given a number as negand", "give it a boolean"),
    ("not(null)", "1: not is given a null as negand", "give it a boolean"),
    ("min(dpd, name)", "1: min is given values of several types", "give values of one type"),
    ("min()", "1: min is given 0 values", "give it: value"),
    ("max(paid)", "1: max is given a boolean as value", None),
    ("min(list: dpd)", "1: min has no argument 'list'", "give the values without names"),
    ("sqrt(n: 4)", "1: sqrt has no argument 'n'", "name them: number"),
    ("substring(string: name, length: 2)", "1: substring is not given 'start position'", None),
    ("decimal(n: dpd, 2)", "19: arguments are named in part, or twice", "name each of them once, or none"),
    ("decimal(n: dpd, n: 2)", "22: arguments are named in part, or twice", "name each of them once, or none"),
    ("floor(dpd", "10: expected , or ), found the end", "write , or ) here"),
    ("floor dpd", "1: 'floor' is not known", KNOWN),
    # days, times and durations
    ("date(name)", "1: date reads a text that is not written here", "give it as an input of that type"),
    ("duration(name)", "1: duration reads a text that is not written here", "give it as an input of that type"),
    ("date and time(name)", "1: date and time reads a text that is not written here", None),
    ("time(due)", "1: time of is given a date as from", "give it a date_time"),
    ("time(1, 2, 3)", "1: time is not given one value, its from", 'write time("…")'),
    ("duration()", "1: duration is not given one value, its from", 'write duration("…")'),
    ('duration(text: "P1D")', "1: duration is not given one value, its from", 'write duration("…")'),
    ('date(text: "2024-01-31")', "1: date is not given one value, its from", 'write date("…")'),
    ("date(2024, 1)", "1: date is given 2 values", "give it: year, month, day"),
    ("date(0, 1, 1)", "1: the year 0 is outside the profile", "use years 1 to 9999"),
    ("date(10000, 1, 1)", "1: the year 10000 is outside the profile", "use years 1 to 9999"),
    ("date and time(at, due)", "1: date and time is given a date_time as date", "give it a date"),
    ('date and time("2024-01-31T")', '1: "" is no time of day', 'write it like time("09:30:00")'),
    ('time("09:30:00Z")', '1: "09:30:00Z" names a time zone', "leave the zone out: times are the customer's own"),
    ('time("09:30:00.25")', '1: "09:30:00.25" is finer than a second', "write whole seconds"),
    ('duration("P1Y2D")', '1: "P1Y2D" is no duration', None),
    ("due.hour", "5: hour is given a date as time", "give it a time or date_time"),
    ("due.days", "5: days is given a date as duration", "give it a days_duration"),
    ("term.days", "6: days is given a months_duration as duration", "give it a days_duration"),
    ("due.century", "5: 'century' is no property", None),
    ("due.", "5: 'the end' is no property", None),
    ("at.time offset", "9: 'offset' is not known", KNOWN),
    # in and between
    ("dpd between 1", "14: expected and, found the end", "write and here"),
    ("dpd between 1 or 2", "15: expected and, found or", "write and here"),
    ("dpd between 9 and 1", "20: the range ends before it begins", "put the smaller end first"),
    ("dpd between 1 and null", "13: null has no order: <= can never hold", "compare it with = or !="),
    ("paid between true and false", "14: a boolean has no order: >= can never hold", "compare it with = or !="),
    ('dpd between 1 and "2"', "13: a number is compared with a string", "compare values of one type"),
    ("null in (1, 2)", "9: null is asked for", "write = null"),
    ('dpd in ("1", 2)', '9: "1" is a string, the column is a number', "compare with a number"),
    ("dpd in (1, 2", "13: expected ), found the end", "write ) here"),
    ("dpd in [1..2", "13: expected ] or [ or ), found the end", "write ] or [ or ) here"),
    ("dpd in", "7: expected a value, found the end", VALUE),
    ("dpd not in (1)", "5: not is left over", "end the entry before it, or join it with an operator"),
    ("dpd in (1, dpd + 1)", "16: expected ), found +", "write ) here"),
    # what stays outside
    ("for x in [1] return x", "1: 'for' is not known", KNOWN),
    ("some x in [1] satisfies x > 1", "1: 'some' is not known", KNOWN),
    ("function(x) x", "1: 'function' is not known", KNOWN),
    ("due instance of date", "5: 'instance' is not known", KNOWN),
    ("[1, 2][1]", "1: expected a value, found [", VALUE),
    ("{a: 1}", "1: { is outside the profile", ONLY),
    ("(1..2)", "3: expected ), found ..", "write ) here"),
    ("if paid then 1 else if", "23: expected a value, found the end", VALUE),
    ("dpd = name", "7: a number is compared with a string", "compare values of one type"),
    ("paid < true", "8: a boolean has no order: < can never hold", "compare it with = or !="),
    ("1 < dpd < 9", "9: < is left over", "end the entry before it, or join it with an operator"),
    ("if paid then 1", "15: expected else, found the end", "write else here"),
    ("if dpd then 1 else 2", "4: expected a boolean, found a number", "use a boolean here"),
    ('if paid then 1 else "a"', "21: then is a number, else a string", "give both the same type"),
    ("+".join(["dpd"] * 70), "260: more than 64 operators", "split it into several decisions"),
    ("(" * 70 + "1" + ")" * 70, "25: nested over 24 deep", "split it into several decisions"),
    ("not(" * 70 + "paid" + ")" * 70, "97: nested over 24 deep", "split it into several decisions"),
    ("(" * 20 + "1" + ")" * 20 + "+1" * 70, "130: more than 64 operators", "split it into several decisions"),
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
    assert str(refused.value).startswith(f"{place}: «{shown(cell.strip())}» at character {wrong} -> {cure or ''}")
    assert cure is None or str(refused.value).endswith(f"-> {cure}")


@pytest.mark.parametrize(("text", "wrong", "cure"), EXPRESSIONS, ids=[example[0][:20] for example in EXPRESSIONS])
def test_expression_is_refused_with_place_and_cure(text: str, wrong: str, cure: str | None) -> None:
    with pytest.raises(ModelError) as refused:
        sfeel.parse_expression(text, scope=SCOPE, place=Place("risk.dmn"))
    assert str(refused.value).startswith(f"risk.dmn: «{shown(text)}» at character {wrong} -> {cure or ''}")
    assert cure is None or str(refused.value).endswith(f"-> {cure}")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('1, "A"', '"A" is a string, the column is a number'),
        ("1, dpd", "'dpd' is not known"),
        ("[1..dpd]", "'dpd' is not known"),
        ("1, 2 3", "3 is left over"),
        ("[9..1]", "the range ends before it begins"),
        ("< null", "null has no order"),
        ("not(1)", "not is given a number as negand"),
        ("-", "expected a value, found the end"),
        ("", "expected a value, found the end"),
    ],
)
def test_what_a_column_can_be_is_told_in_literals_of_its_type(text: str, wrong: str) -> None:
    with pytest.raises(ModelError, match=wrong):
        sfeel.parse_domain(text, of="number", place=PLACE)


def test_names_may_hold_spaces_and_the_longest_wins() -> None:
    scope = {name: Name(name, "number") for name in ("loan", "loan rate", "loan rate cap", "A-B", "A", "B")}
    text = "loan rate cap loan rate loan A-B A - B"
    found = [token.value for token in lexer.tokens(text, scope=scope, functions=(), place=PLACE)]
    assert found[:6] == [scope[name] for name in ("loan rate cap", "loan rate", "loan", "A-B", "A")] + ["-"]


def test_a_name_is_not_found_inside_a_longer_word() -> None:
    with pytest.raises(ModelError, match="'dpd2' is not known"):
        sfeel.parse_expression("dpd2 + 1", scope=SCOPE, place=PLACE)


@pytest.mark.parametrize("name", ["in", "between", "not", "null", "if", "1st", " x", "x ", 'a"b', "a,b", "", "a\nb"])
def test_name_that_feel_could_mistake_is_refused(name: str) -> None:
    with pytest.raises(ModelError, match="begin it with a letter, use no quotes or FEEL keyword"):
        lexer.check_name(name, "an input", PLACE)


@pytest.mark.parametrize(
    "name", ["x", "Monthly Salary", "Approved/Declined", "逾期天数", "_a", "date of birth", "date", "x" * 200]
)
def test_clear_name_is_accepted(name: str) -> None:
    assert lexer.check_name(name, "an input", PLACE) == name


def test_a_name_nobody_could_read_is_refused() -> None:
    with pytest.raises(ModelError, match=r"an input has a name of 201 characters -> use at most 200"):
        lexer.check_name("x" * 201, "an input", PLACE)


def test_an_else_if_is_no_nesting() -> None:
    text = "if paid then 0 " + "".join(f"else if dpd = {n} then {n} " for n in range(25)) + "else 99"
    assert sfeel.parse_expression(text, scope=SCOPE, place=PLACE)


def test_an_entry_within_the_limits_is_accepted(tmp_path: Path) -> None:
    long_list = ", ".join(str(number) for number in range(800))
    decision = build.table("T", rules=[[long_list, '"x"']], inputs={"n": "number"})
    model = build.load(tmp_path, decision, inputs={"n": "number"})
    assert not build.differences(model, [{"n": None}, {"n": Decimal(799)}, {"n": Decimal(800)}])
