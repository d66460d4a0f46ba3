"""Business knowledge models, invocations and boxed contexts: laid open when they are read."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import engine_models as build
import pytest
from engine_models import definitions, refused, written
from feel_texts import LOAN, PLACE, boxed_table, context, decision, invocation, model_of, value

from dunwell.engine import single

D = Decimal
N = {"n": "number"}

# Business knowledge models

PAYMENT = model_of(
    "PMT", {"p": "number", "r": "number", "n": "number"}, "(p * r / 12) / (1 - (1 + r / 12) ** -n)"
)  # fmt: skip
INPUTS = {"principal": "number", "rate": "number", "months": "number"}
TERMS = {"principal": D(600_000), "rate": D("0.0375"), "months": D(360)}


@pytest.mark.parametrize(
    "body",
    [
        "PMT(principal, rate, months) + 100",
        "PMT(n: months, p: principal, r: rate) + 100",
        "100 + PMT ( principal , rate , months )",
    ],
)
def test_a_call_in_an_expression(body: str, tmp_path: Path) -> None:
    model = build.load(tmp_path, PAYMENT, decision("f", body, needs=list(INPUTS), knows=["PMT"]), inputs=INPUTS)
    found = value(model, dict(TERMS))
    assert isinstance(found, float)
    assert found == pytest.approx(2878.69354943277)


def test_an_invocation(tmp_path: Path) -> None:
    body = invocation("PMT", {"p": "principal", "r": "rate", "n": "months"})
    model = build.load(tmp_path, PAYMENT, decision("f", body, needs=list(INPUTS), knows=["PMT"]), inputs=INPUTS)
    assert value(model, dict(TERMS)) == pytest.approx(2778.69354943277)


GRADE = model_of(
    "grade",
    {"score": "number"},
    boxed_table({"score": "number"}, [["< 10", '"low"'], [">= 10", '"high"']], type_ref="string"),
)


def test_a_table_inside_a_knowledge_model(tmp_path: Path) -> None:
    body = 'grade(n) + "/" + grade(n * 2)'
    model = build.load(tmp_path, GRADE, decision("f", body, needs=["n"], knows=["grade"]), inputs=N)
    assert [one.auxiliary for one in model.decisions] == [True, True, False]
    assert model.decision("f").requires == (model.decisions[0].name, model.decisions[1].name)
    rows = [{"n": D(n)} for n in (1, 7, 12)]
    assert [value(model, dict(row)) for row in rows] == ["low/low", "low/high", "high/high"]
    assert not build.differences(model, rows)


def test_an_invoked_table_is_the_decisions_own(tmp_path: Path) -> None:
    body = invocation("grade", {"score": "n + 1"})
    model = build.load(tmp_path, GRADE, decision("f", body, needs=["n"], knows=["grade"]), inputs=N)
    found = single.decide(model, {"n": D(9)})["f"]
    assert (found.outputs, found.rules, len(found.trace)) == ({"f": "high"}, ("r2",), 2)


def test_a_whole_structure_may_be_handed_on(tmp_path: Path) -> None:
    worth = model_of("worth", {"it": "tLoan"}, 'if it.place.city = "Riga" then it.amount * it.rate else 0')
    body = invocation("worth", {"it": "loan"})
    content = definitions(LOAN, worth, decision("f", body, needs=["loan"], knows=["worth"]), inputs={"loan": "tLoan"})
    model = written(tmp_path, content)
    assert value(model, {"loan": {"amount": 10, "rate": D("0.5"), "place": PLACE}}) == D(5)


def test_models_that_call_models(tmp_path: Path) -> None:
    twice = model_of("twice", {"x": "number"}, "x * 2")
    more = model_of("more", {"x": "number"}, "twice(x) + twice(x + 1)", knows=["twice"])
    model = build.load(tmp_path, twice, more, decision("f", "more(n)", needs=["n"], knows=["more"]), inputs=N)
    assert value(model, {"n": D(3)}) == D(14)


def test_arguments_are_bound_and_not_copied_as_text(tmp_path: Path) -> None:
    """`n - 1` as an argument is one value, whatever stands around the parameter."""
    square = model_of("square", {"x": "number"}, "x * x")
    model = build.load(tmp_path, square, decision("f", "square(n - 1)", needs=["n"], knows=["square"]), inputs=N)
    assert value(model, {"n": D(5)}) == D(16)


def test_a_parameter_hides_a_fact_of_its_name(tmp_path: Path) -> None:
    minus = model_of("minus", {"n": "number", "m": "number"}, "n - m")
    inputs = {"n": "number", "m": "number"}
    body = decision("f", "minus(m, n)", needs=["n", "m"], knows=["minus"])
    assert value(build.load(tmp_path, minus, body, inputs=inputs), {"n": D(1), "m": D(10)}) == D(9)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (
            [model_of("a", {"x": "number"}, "n + x"), decision("f", "a(1)", needs=["n"], knows=["a"])],
            "decision 'f/a#1': «n + x» at character 1: 'n' is not known -> put texts in quotes, or require one of the"
            " names: x",
        ),
        (
            [model_of("a", {"x": "number"}, "a(x)", knows=["a"]), decision("f", "a(1)", knows=["a"])],
            "decision 'f': 'a' calls itself -> decide it in steps",
        ),
        (
            [
                model_of("a", {"x": "number"}, "b(x)", knows=["b"]),
                model_of("b", {"x": "number"}, "a(x)", knows=["a"]),
                decision("f", "a(1)", knows=["a"]),
            ],
            "decision 'f': 'a' calls itself -> decide it in steps",
        ),
        (
            [model_of("a", {"x": "number"}, "x"), decision("f", "a(1)")],
            "decision 'f': «a(1)» at character 1: 'a' is not known",
        ),
        (
            [model_of("a", {"x": "number"}, "x"), decision("f", invocation("a", {"x": "1"}))],
            "decision 'f': it calls 'a', which it does not require -> require one of: none is required",
        ),
        (
            [model_of("a", {"x": "number"}, "x"), decision("f", "a(1, 2)", knows=["a"])],
            "decision 'f': 'a' is given 2 values -> give it: x",
        ),
        (
            [model_of("a", {"x": "number"}, "x"), decision("f", "a()", knows=["a"])],
            "decision 'f': 'a' is given 0 values -> give it: x",
        ),
        (
            [model_of("a", {"x": "number"}, "x"), decision("f", "a(y: 1)", knows=["a"])],
            "decision 'f': 'a' is not given 'x' -> add the argument",
        ),
        (
            [model_of("a", {"x": "number"}, "x"), decision("f", invocation("a", {}), knows=["a"])],
            "decision 'f': 'a' is not given 'x' -> add the argument",
        ),
        (
            [model_of("a", {"x": "number"}, "x"), decision("f", 'a("1")', knows=["a"])],
            "decision 'f': 'x' of 'a' is a number, not a string -> give it that type",
        ),
        (
            [
                model_of("a", {"x": "number"}, boxed_table({"x": "number"}, [["> 1", "x"]], policy="COLLECT")),
                decision("f", "a(1) + 1", knows=["a"]),
            ],
            "decision 'f': 'a' gives more than one value -> make it a decision of its own",
        ),
        (
            [
                *(model_of(f"a{k}", {"x": "number"}, f"a{k + 1}(x)", knows=[f"a{k + 1}"]) for k in range(20)),
                model_of("a20", {"x": "number"}, "x"),
                decision("f", "a0(1)", knows=["a0"]),
            ],
            "'a12' is one call too many: there may be 200 calls, 12 inside each other -> decide it in steps",
        ),
        (
            [
                model_of("d", {"x": "number"}, "x + x"),
                decision("f", "d(d(d(d(d(d(d(d(d(d(n))))))))))", needs=["n"], knows=["d"]),
            ],
            "laid open it has 511 parts, 9 deep -> make decisions of some of them",
        ),
        (
            [decision("f", context({"a": "1", "": "b"}))],
            "decision 'f': «b» at character 1: 'b' is not known -> put texts in quotes, or require one of the names: a",
        ),
        ([decision("f", context({"a": "b", "b": "1", "": "a"}))], "decision 'f/a#1': «b» at character 1: 'b' is not"),
        ([decision("f", context({"a": "1", "b": "2"}))], "decision 'f': its context has no result"),
        (
            [
                decision(
                    "f", context({"a": boxed_table({"n": ""}, [["> 1", "1"]], policy="COLLECT"), "": "1"}), needs=["n"]
                )
            ],
            "decision 'f': 'a' gives more than one value -> make it a decision of its own",
        ),
        ([decision("f", context({"if": "1", "": "1"}))], "decision 'f': an entry is called 'if' -> begin it with a"),
    ],
)
def test_what_cannot_be_laid_open_is_refused(parts: list[str], words: str, tmp_path: Path) -> None:
    assert words in refused(tmp_path, definitions(*parts, inputs=N))


# Contexts


def test_entries_see_those_before_them(tmp_path: Path) -> None:
    body = context({"half": "n / 2", "both": "half + half", "": "both * 10"})
    assert value(build.load(tmp_path, decision("f", body, needs=["n"]), inputs=N), {"n": D(3)}) == 30.0


def test_an_entry_may_be_a_table_or_another_context(tmp_path: Path) -> None:
    inner = context({"a": "n + 1", "": "a * 2"})
    body = context({"a": "100", "deep": inner, "step": boxed_table({"deep": ""}, [["> 10", "1"], ["<= 10", "0"]]),
                    "": "a + deep + step"})  # fmt: skip
    model = build.load(tmp_path, decision("f", body, needs=["n"]), inputs=N)
    rows = [{"n": D(1)}, {"n": D(9)}]
    assert [value(model, dict(row)) for row in rows] == [D(104), D(121)]
    assert not build.differences(model, rows)


def test_the_result_may_be_a_table(tmp_path: Path) -> None:
    body = context({"a": "n * 2", "": boxed_table({"a": "number"}, [["> 10", '"x"'], ["<= 10", '"y"']])})
    found = single.decide(build.load(tmp_path, decision("f", body, needs=["n"]), inputs=N), {"n": D(9)})["f"]
    assert (found.outputs, found.rules) == ({"f": "x"}, ("r1",))


def test_an_entry_may_be_an_invocation(tmp_path: Path) -> None:
    twice = model_of("twice", {"x": "number"}, "x * 2")
    body = context({"a": invocation("twice", {"x": "n"}), "": "a + twice(a)"})
    model = build.load(tmp_path, twice, decision("f", body, needs=["n"], knows=["twice"]), inputs=N)
    assert value(model, {"n": D(2)}) == D(12)
