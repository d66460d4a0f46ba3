"""The source that `single` writes and runs: nothing of a model's own text stands in it, however hostile it is."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from decimal import Decimal
from pathlib import Path

import engine_drawing
import engine_models as build
import pytest
from engine_drawing import examples
from engine_models import formula, table
from hypothesis import given

from dunwell.engine import single
from dunwell.engine.model import DecisionModel

D = Decimal
# What may stand in the source: words of Python and of `Outcome`, numbered names, whole numbers.
OURS = {
    *keyword.kwlist,
    *("run", "rows", "found", "append", "type", "float", "outputs", "both", "either", "opposite", "call", "h", "_"),
    *("bisect_left", "bisect_right"),
}
NUMBERED = re.compile(r"[a-z]\d+")
HOSTILE = [
    '__import__("os").system("id")',
    "found)); raise SystemExit #",
    'x"""\n\nimport os\n"""',
    "k0 or exec('1')",
    "\\'; import os; '",
    "{0.__class__}",
]


def words(model: DecisionModel) -> set[str]:
    """This function will return every name and every literal that is not a whole number of the source."""
    source = single.compile(model).source
    tree = ast.parse(source)
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    found |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    found |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    found |= {
        repr(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant) and type(node.value) is not int
    }
    return {word for word in found if word not in OURS and not NUMBERED.fullmatch(word)}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_values(text: str, tmp_path: Path) -> None:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    rules = [[f'"{escaped}"', f'"{escaped}"'], [f'< "{escaped}"', f's + "{escaped}"'], ["s", '"' + escaped + '"']]
    decision = table("T", rules=rules, inputs={"s": "string"}, defaults={"": f'"{escaped}"'})
    model = build.load(tmp_path, decision, inputs={"s": "string"})
    assert words(model) == set()
    assert text not in single.compile(model).source
    assert single.decide(model, {"s": text})["T"].outputs == {"T": text}


NAMES = [
    "os.system('id')",
    "found)  # x",
    "k0",
    "v0 = 1; v1",
    "exec(h)",
    "r0.outputs",
    "__builtins__",
    "lambda: 0",
    "h",
]


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_are_numbered(name: str, tmp_path: Path) -> None:
    key = name.replace("'", "").replace("=", "").replace(";", "").replace(":", "")
    xml = key.replace("#", "no ")
    content = build.definitions(
        f'<inputData name="{xml}" id="i"><variable name="{xml}" typeRef="number"/></inputData>'
        f'<decision name="f {xml}" id="d"><informationRequirement><requiredInput href="#i"/></informationRequirement>'
        f"<literalExpression><text>{xml} + 1</text></literalExpression></decision>"
    )
    model = build.written(tmp_path, content)
    assert words(model) == set()
    assert single.decide(model, {xml: D(1)})[f"f {xml}"].outputs == {f"f {xml}": D(2)}


@examples(40)
@given(engine_drawing.models())
def test_the_source_of_any_model_is_made_of_numbered_names(model: DecisionModel) -> None:
    assert words(model) == set()


@examples(20)
@given(engine_drawing.models())
def test_the_source_calls_nothing_of_python_but_two_harmless_words(model: DecisionModel) -> None:
    tree = ast.parse(single.compile(model).source)
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert called & set(dir(builtins)) <= {"type", "float"}


DEEP = [
    "(" * 23 + "n" + " + n)" * 23,
    "not(" * 22 + "n > 1" + ")" * 22,
    "".join(f"if n = {k} then {k} else " for k in range(30)) + "0",
    " + ".join(["n"] * 64),
    "-" * 60 + "n",
    "(" * 20 + "(n > 1)" + " in (= true, = null))" * 20,
    "min(n, " * 22 + "1" + ")" * 22,
    "n in (" + ", ".join(f"[{k}..{k + 1}]" for k in range(60)) + ")",
]


@pytest.mark.parametrize("text", DEEP, ids=[text[:20] for text in DEEP])
def test_deep_and_wide_expressions_compile(text: str, tmp_path: Path) -> None:
    """Python's own compiler has limits; what the reader lets through must stay below them."""
    model = build.load(tmp_path, formula("f", text, needs=["n"]), inputs={"n": "number"})
    compiled = single.compile(model)
    assert compiled.decide({"n": D(2)})["f"].outputs["f"] is not None
    assert len(compiled.source) < 50_000
