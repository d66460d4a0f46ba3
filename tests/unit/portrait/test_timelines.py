"""Replay of timelines: the given ones, others of their kind worked out by hand, and every way a file can be wrong."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from portrait_tables import ROOT, TERMS
from typer.testing import CliRunner

from dunwell.cli import ledger
from dunwell.facts.errors import DunwellError
from dunwell.portrait import timeline

GIVEN = Path(os.environ.get("DUNWELL_DATA", ROOT.parent / "shared/data")) / "delinquency_timelines/timelines.json"


def charge(due_on: str, amount: str = "250.00", on: str = "2023-10-01", **more: Any) -> dict[str, Any]:
    return {"on": on, "type": "charge", "component": "principal", "due_on": due_on, "amount": amount} | more


def payment(on: str, amount: str, **more: Any) -> dict[str, Any]:
    return {"on": on, "type": "payment", "amount": amount} | more


def pause(start: str, until: str | None, on: str | None = None) -> dict[str, Any]:
    return {"on": on or start, "type": "pause", "from": start, "until": until}


def resume(on: str) -> dict[str, Any]:
    return {"on": on, "type": "resume"}


LOAN = [charge(due) for due in ("2023-10-01", "2023-10-16", "2023-10-31", "2023-11-15")]

# Each: days of grace, events, and for each day asked: overdue, days past due, days that count, oldest unpaid due date.
Answer = tuple[str, str, int, int, str | None]
CASES: dict[str, tuple[int, list[dict[str, Any]], list[Answer]]] = {
    "nothing due yet": (3, LOAN, [("2023-09-30", "0.00", 0, 0, None), ("2023-10-01", "0.00", 0, 0, "2023-10-01")]),
    "a pause before the overdue span is clipped": (
        3,
        [LOAN[0], payment("2023-10-01", "250.00"), *LOAN[1:], pause("2023-10-05", "2023-10-20")],
        # Due on the 16th, paused until the 20th: four days of the pause lie in the span.
        [
            ("2023-10-16", "0.00", 0, 0, "2023-10-16"),
            ("2023-10-20", "250.00", 4, 0, "2023-10-16"),
            ("2023-10-26", "250.00", 10, 3, "2023-10-16"),
        ],
    ),
    "a pause wholly before the overdue span counts nothing": (
        0,
        [charge("2023-10-16"), pause("2023-10-02", "2023-10-12")],
        [("2023-10-20", "250.00", 4, 4, "2023-10-16")],
    ),
    "a pause that ends on the due date counts nothing": (
        0,
        [charge("2023-10-16"), pause("2023-10-02", "2023-10-16")],
        [("2023-10-17", "250.00", 1, 1, "2023-10-16")],
    ),
    "overlapping pauses count once": (
        0,
        [charge("2023-10-01"), pause("2023-10-05", "2023-10-15"), pause("2023-10-10", "2023-10-20")],
        [("2023-10-31", "250.00", 30, 15, "2023-10-01")],
    ),
    "a pause that contains another": (
        0,
        [charge("2023-10-01"), pause("2023-10-05", "2023-10-25"), pause("2023-10-10", "2023-10-12")],
        [("2023-10-31", "250.00", 30, 10, "2023-10-01")],
    ),
    "a resume ends every pause that runs that day": (
        0,
        [
            charge("2023-10-01"),
            pause("2023-10-05", "2023-10-25"),
            pause("2023-10-08", None),
            pause("2023-10-20", "2023-10-22"),
            resume("2023-10-10"),
        ],
        # 5 to 10, and 20 to 22, which had not begun.
        [("2023-10-31", "250.00", 30, 23, "2023-10-01")],
    ),
    "a resume on the first day of a pause leaves nothing of it": (
        0,
        [charge("2023-10-01"), pause("2023-10-05", "2023-10-25"), resume("2023-10-05")],
        [("2023-10-31", "250.00", 30, 30, "2023-10-01")],
    ),
    "a resume on the day a pause ends changes nothing": (
        0,
        [charge("2023-10-01"), pause("2023-10-05", "2023-10-25"), resume("2023-10-25")],
        [("2023-10-31", "250.00", 30, 10, "2023-10-01")],
    ),
    "a pause told after the resume of its days still counts": (
        0,
        [charge("2023-10-01"), resume("2023-10-10"), pause("2023-10-05", "2023-10-15", on="2023-10-16")],
        [("2023-10-15", "250.00", 14, 14, "2023-10-01"), ("2023-10-31", "250.00", 30, 20, "2023-10-01")],
    ),
    "a pause without an end": (
        0,
        [charge("2023-10-01"), pause("2023-10-05", None)],
        [("2023-12-31", "250.00", 91, 4, "2023-10-01")],
    ),
    "a part of the oldest leaves the clock running": (
        3,
        [*LOAN, payment("2023-10-10", "249.99")],
        [("2023-10-20", "250.01", 19, 16, "2023-10-01")],
    ),
    "a payment moves the clock to the next charge": (
        3,
        [*LOAN, payment("2023-10-20", "250.00"), pause("2023-10-10", "2023-10-18")],
        # Asked before the payment the whole pause counts, after it the two days since the new due date.
        [("2023-10-19", "500.00", 18, 7, "2023-10-01"), ("2023-10-25", "250.00", 9, 4, "2023-10-16")],
    ),
    "paid in full": (3, [*LOAN, payment("2023-11-20", "1000.00")], [("2023-11-21", "0.00", 0, 0, None)]),
    "paid before it is due": (
        3,
        [*LOAN, payment("2023-10-02", "500.00")],
        [("2023-10-20", "0.00", 0, 0, None), ("2023-11-01", "250.00", 1, 0, "2023-10-31")],
    ),
    "a late payment stands late in the list": (
        3,
        [*LOAN, payment("2023-11-01", "250.00"), payment("2023-10-03", "250.00")],
        [("2023-10-02", "250.00", 1, 0, "2023-10-01"), ("2023-10-20", "250.00", 4, 1, "2023-10-16")],
    ),
    "a fee of its own date": (
        3,
        [*LOAN[:2], charge("2023-10-05", "20.00", component="fee"), payment("2023-10-06", "250.00")],
        [("2023-10-15", "20.00", 10, 7, "2023-10-05"), ("2023-10-17", "270.00", 12, 9, "2023-10-05")],
    ),
    "a charge that is booked after its due date": (
        0,
        [charge("2023-10-05", on="2023-10-20")],
        [("2023-10-19", "0.00", 0, 0, None), ("2023-10-20", "250.00", 15, 15, "2023-10-05")],
    ),
    "reversal": (
        3,
        [*LOAN, payment("2023-10-10", "250.00", id="p"), {"on": "2023-10-25", "type": "reversal", "reverses": "p"}],
        [("2023-10-24", "250.00", 8, 5, "2023-10-16"), ("2023-10-25", "500.00", 24, 21, "2023-10-01")],
    ),
    "chargeback in part": (
        0,
        [
            charge("2023-10-01"),
            payment("2023-10-10", "250.00", id=7),
            {"on": "2023-10-25", "type": "chargeback", "payment": 7, "amount": "50"},
        ],
        [("2023-10-24", "0.00", 0, 0, None), ("2023-10-25", "50.00", 24, 24, "2023-10-01")],
    ),
    "a payment that names its charge": (
        0,
        [charge("2023-10-01"), charge("2023-10-16", id="c"), payment("2023-10-17", "250.00", charge="c")],
        [("2023-10-20", "250.00", 19, 19, "2023-10-01")],
    ),
    "waiver, credit note, write-off": (
        0,
        [
            charge("2023-10-01"),
            {"on": "2023-10-05", "type": "waiver", "amount": 50},
            {"on": "2023-10-06", "type": "credit_note", "amount": 0.5},
            {"on": "2023-10-07", "type": "write_off"},
        ],
        [("2023-10-06", "199.50", 5, 5, "2023-10-01"), ("2023-10-08", "199.50", 7, 7, "2023-10-01")],
    ),
    "a day asked at three moments": (
        0,
        [charge("2023-10-01"), payment("2023-10-05", "100.00"), payment("2023-10-05", "50.00")],
        [
            ("2023-10-05", "250.00", 4, 4, "2023-10-01"),
            ("2023-10-05", "150.00", 4, 4, "2023-10-01"),
            ("2023-10-05", "100.00", 4, 4, "2023-10-01"),
        ],
    ),
    "a day asked twice around three events": (
        0,
        [charge("2023-10-01"), *[payment("2023-10-05", "10.00") for _ in range(3)]],
        [("2023-10-05", "250.00", 4, 4, "2023-10-01"), ("2023-10-05", "220.00", 4, 4, "2023-10-01")],
    ),
    "no events at all": (0, [], [("2023-10-05", "0.00", 0, 0, None)]),
    "the ends of the calendar": (
        0,
        [charge("9999-12-31", on="0001-01-01"), charge("0001-01-02", on="0001-01-01")],
        [("0001-01-03", "250.00", 1, 1, "0001-01-02"), ("9999-12-31", "250.00", 3652057, 3652057, "0001-01-02")],
    ),
}


def document(cases: dict[str, tuple[int, list[dict[str, Any]], list[Answer]]]) -> dict[str, Any]:
    return {
        "timelines": [
            {"name": name, "grace_days": grace, "events": events, "ask": [{"as_of": answer[0]} for answer in answers]}
            for name, (grace, events, answers) in cases.items()
        ]
    }


def replayed(content: Any, folder: Path) -> list[dict[str, Any]]:
    file = folder / "timelines.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return list(timeline.replay(timeline.read(file), terms=TERMS))


def expected() -> Iterator[tuple[str, str, str, int, int, str | None]]:
    for name, (_grace, _events, answers) in CASES.items():
        for answer in answers:
            yield (name, *answer)


def test_cases_worked_out_by_hand(tmp_path: Path) -> None:
    """All of them in one run, as a file of many timelines is."""
    found = [tuple(answer.values()) for answer in replayed(document(CASES), tmp_path)]
    assert found == list(expected())


@pytest.mark.skipif(not GIVEN.exists(), reason=f"the given timelines are not here: {GIVEN}")
def test_all_given_timelines_agree() -> None:
    given = json.loads(GIVEN.read_text(encoding="utf-8"))["timelines"]
    asks = [(entry["name"], ask) for entry in given for ask in entry["ask"]]
    answers = list(timeline.replay(timeline.read(GIVEN), terms=TERMS))
    for (name, ask), answer in zip(asks, answers, strict=True):
        assert (answer["timeline"], answer["as_of"]) == (name, ask["as_of"])
        assert {key: answer[key] for key in ask["expect"]} == ask["expect"], (name, ask["as_of"])


def test_one_line_for_each_ask(tmp_path: Path) -> None:
    file = tmp_path / "t.json"
    asked = {"name": "示例 «A»", "events": [charge("2023-10-01")], "ask": [{"as_of": "2023-10-03"}], "note": "x"}
    file.write_text(json.dumps({"note": "any", "timelines": [asked]}), encoding="utf-8")
    done = CliRunner().invoke(ledger.app, ["replay", str(file)], catch_exceptions=False)
    assert done.stdout.splitlines() == [
        '{"timeline": "示例 «A»", "as_of": "2023-10-03", "overdue": "250.00", "past_due_days": 2, '
        '"delinquent_days": 2, "oldest_unpaid_due_on": "2023-10-01"}'
    ]


def test_what_a_timeline_says_beside_its_events_is_left_alone(tmp_path: Path) -> None:
    entry = {
        "name": "a",
        "source": "a book",
        "events": [charge("2023-10-01", "0")],
        "ask": [{"as_of": "2023-10-05", "by": 1}],
    }
    assert [answer["overdue"] for answer in replayed({"timelines": [entry]}, tmp_path)] == ["0.00"]


def test_no_timelines_no_answers(tmp_path: Path) -> None:
    assert replayed({"timelines": []}, tmp_path) == []
    assert replayed({"timelines": [{"name": "a", "events": [], "ask": []}]}, tmp_path) == []


def test_the_order_of_components_is_that_of_the_product_line(tmp_path: Path) -> None:
    events = [charge("2023-10-01"), charge("2023-10-16", "20.00", component="fee"), payment("2023-10-20", "20.00")]
    entry = {"name": "a", "product_line": "consumer_credit", "events": events, "ask": [{"as_of": "2023-10-21"}]}
    answer = replayed({"timelines": [entry]}, tmp_path)[0]
    assert (answer["past_due_days"], answer["delinquent_days"]) == (20, 17), "grace of the product line"
    product = TERMS.products["consumer_credit"].model_copy(update={"allocation": "component_first"})
    terms = TERMS.model_copy(update={"products": TERMS.products | {"consumer_credit": product}})
    paid_fee = next(iter(timeline.replay(timeline.read(tmp_path / "timelines.json"), terms=terms)))
    assert paid_fee["overdue"] == answer["overdue"] == "250.00"


# ---- what is wrong is said, with its place and the cure ------------------------------------------------------------

ONE = {"name": "a", "events": [charge("2023-10-01")], "ask": [{"as_of": "2023-10-02"}]}


def with_event(**event: Any) -> dict[str, Any]:
    return {"timelines": [ONE | {"events": [charge("2023-10-01", id="c"), event]}]}


FAULTS: dict[str, tuple[Any, list[str]]] = {
    "not JSON": ('{"timelines": [', ["line 1"]),
    "NaN": ('{"timelines": [{"name": "a", "ask": [], "events": [{"amount": NaN}]}]}', ["NaN", "250.00"]),
    "a list": ("[]", ["no list of timelines"]),
    "no list": ({"timelines": {}}, ["no list of timelines"]),
    "a timeline that is a text": ({"timelines": ["a"]}, ["timeline 1", "not an object"]),
    "no name": ({"timelines": [ONE | {"name": ""}]}, ["timeline 1", "«name»"]),
    "no events": ({"timelines": [ONE, {"name": "b", "ask": []}]}, ["timeline 2 (b)", "«events» is not a list"]),
    "asks that are no list": ({"timelines": [ONE | {"ask": "2023"}]}, ["timeline 1 (a)", "«ask» is not a list"]),
    "grace below zero": ({"timelines": [ONE | {"grace_days": -1}]}, ["«grace_days»", "0 to 366"]),
    "grace in words": ({"timelines": [ONE | {"grace_days": True}]}, ["«grace_days»"]),
    "unknown product line": ({"timelines": [ONE | {"product_line": "gas"}]}, ["'gas'", "invoice"]),
    "unknown type": (with_event(on="2023-10-02", type="refund"), ["event 2", "«type» is 'refund'", "payment"]),
    "no type": (with_event(on="2023-10-02"), ["event 2", "«type» is None"]),
    "a type that is a list": (with_event(on="2023-10-02", type=["charge"]), ["event 2", "«type»"]),
    "an event that is a number": ({"timelines": [ONE | {"events": [7]}]}, ["event 1", "«type» is None"]),
    "a mistyped key": (with_event(**payment("2023-10-02", "1", chrage="c")), ["event 2", "«chrage»", "charge"]),
    "no day": (with_event(type="payment", amount="1"), ["event 2", "«on» is None", "YYYY-MM-DD"]),
    "no such day": (with_event(**payment("2023-02-30", "1")), ["event 2", "2023-02-30"]),
    "a day in another form": (with_event(**payment("20231002", "1")), ["«on»", "YYYY-MM-DD"]),
    "a moment": (with_event(**payment("2023-10-02T10:00", "1")), ["«on»"]),
    "no due date": (with_event(on="2023-10-02", type="charge", amount="1"), ["event 2", "«due_on»"]),
    "unknown component": (with_event(**charge("2023-10-02", component="tax")), ["'tax'", "penalty"]),
    "no amount": (with_event(on="2023-10-02", type="payment"), ["event 2", "«amount» is None"]),
    "below zero": (with_event(**payment("2023-10-02", "-1")), ["«amount»"]),
    "a word": (with_event(**payment("2023-10-02", "much")), ["«amount» is 'much'"]),
    "true": (with_event(**payment("2023-10-02", True)), ["«amount» is True"]),
    "not a number": (with_event(**payment("2023-10-02", "NaN")), ["«amount»"]),
    "absurd": (with_event(**payment("2023-10-02", "1e15")), ["«amount»"]),
    "too fine": (with_event(**payment("2023-10-02", "0.0001")), ["decimal places", "3"]),
    "a charge nobody knows": (with_event(**payment("2023-10-02", "1", charge="x")), ["no charge with the id 'x'"]),
    "a payment that is a charge": (
        with_event(on="2023-10-02", type="reversal", amount="1", payment="c"),
        ["no payment"],
    ),
    "an id twice": (with_event(**payment("2023-10-02", "1", id="c")), ["event 2", "given twice"]),
    "a pause that ends before it begins": (with_event(**pause("2023-10-09", "2023-10-08")), ["«until»", "«from»"]),
    "an ask without a day": ({"timelines": [ONE | {"ask": [{}]}]}, ["ask 1", "«as_of»"]),
    "an ask that is a text": ({"timelines": [ONE | {"ask": ["2023-10-02"]}]}, ["ask 1", "not an object"]),
}


@pytest.mark.parametrize(("content", "said"), FAULTS.values(), ids=FAULTS)
def test_a_fault_names_place_and_cure(content: Any, said: list[str], tmp_path: Path) -> None:
    with pytest.raises(DunwellError) as caught:
        replayed(content, tmp_path)
    assert all(part in str(caught.value) for part in said), str(caught.value)
    assert caught.value.cure


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DunwellError, match="No such file"):
        timeline.read(tmp_path / "none.json")


def test_a_file_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_bytes('{"name": "示例"}'.encode("gb18030"))
    with pytest.raises(DunwellError, match="UTF-8"):
        timeline.read(tmp_path / "t.json")
