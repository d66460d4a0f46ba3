"""The canonical form: DMN 1.3, nothing lost, ids that stay, one changed cell on one changed line."""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from xml.etree import ElementTree

import engine_models as build
import pytest
from engine_models import definitions, formula, table

from dunwell.engine import dmn, document
from dunwell.engine.model import ModelError
from dunwell.engine.writing.canonical import canonical
from dunwell.engine.writing.ids import slug
from dunwell.engine.writing.source import MODEL, STANDARD

STRATEGIES = Path(__file__).parents[3] / "strategies"
N = {"n": "number"}
PLAIN = table("T", rules=[["> 1", '"x"'], ["-", '"y"']], inputs=N)
RICH = """<?xml version="1.0" encoding="UTF-8"?>
<!-- who owns this -->
<?tool keep?>
<d:definitions xmlns:d="https://www.omg.org/spec/DMN/20230324/MODEL/"
    xmlns:feel="https://www.omg.org/spec/DMN/20230324/FEEL/" xmlns:t="urn:tool"
    xmlns:dia="https://www.omg.org/spec/DMN/20230324/DMNDI/" xmlns:o="http://www.omg.org/spec/DMN/20180521/DC/"
    name="rich" expressionLanguage="https://www.omg.org/spec/DMN/20230324/FEEL/" namespace="urn:x" t:mark="a&quot;b">
  <d:extensionElements><t:note  t:by="&lt;me&gt;">two   <t:b>spaces</t:b> stay</t:note></d:extensionElements>
  <d:inputData id="i" name="n"><d:description>
     first line
     second line
  </d:description><d:variable name="n" typeRef="feel:number"/></d:inputData>
  <!-- a table -->
  <d:decision id="q" name="Q"><d:variable name="Q"/>
    <d:informationRequirement><d:requiredInput href="#i"/></d:informationRequirement>
    <d:decisionTable hitPolicy="FIRST"><d:input label="how late"><d:inputExpression typeRef="number">
      <d:text> n </d:text></d:inputExpression></d:input><d:output name="Q"/>
      <d:rule id="r"><d:inputEntry><d:text>&gt; 1,
 2</d:text></d:inputEntry><d:outputEntry><d:text><![CDATA["<x> & y"]]></d:text></d:outputEntry></d:rule>
    </d:decisionTable></d:decision>
  <d:textAnnotation><d:text>be kind</d:text></d:textAnnotation>
  <dia:DMNDI><dia:DMNDiagram><o:Bounds height="1"/></dia:DMNDiagram></dia:DMNDI>
</d:definitions>
<!-- the end -->
"""


def form(folder: Path, content: str, name: str = "case.dmn") -> str:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return canonical(path)


@pytest.fixture
def rich(tmp_path: Path) -> str:
    return form(tmp_path, RICH)


# What is kept


@pytest.mark.parametrize("namespace", document.NAMESPACES, ids=document.NAMESPACES.values())
def test_every_version_becomes_one_and_the_same_text(namespace: str, tmp_path: Path) -> None:
    text = form(tmp_path, definitions(PLAIN, inputs=N, namespace=namespace))
    assert text == form(tmp_path, definitions(PLAIN, inputs=N))
    assert f'xmlns="{MODEL}"' in text


def test_all_namespaces_become_those_of_1_3(rich: str) -> None:
    for kind in STANDARD:
        assert STANDARD[kind] in rich or kind == "DI"
    assert "20230324" not in rich
    assert 'expressionLanguage="https://www.omg.org/spec/DMN/20191111/FEEL/"' in rich


@pytest.mark.parametrize(
    "words",
    [
        "<!-- who owns this -->\n<?tool keep?>\n<definitions",
        "</definitions>\n<!-- the end -->\n",
        "  <!-- a table -->\n",
        '<t:note t:by="&lt;me&gt;">two   <t:b>spaces</t:b> stay</t:note>',
        't:mark="a&quot;b"',
        "first line\n     second line<",
        'typeRef="feel:number"',
        "<text>be kind</text>",
        "<dmndi:DMNDI>",
        '<dc:Bounds height="1"/>',
        '<text>"&lt;x&gt; &amp; y"</text>',
        "<text>&gt; 1,&#10; 2</text>",
    ],
)
def test_everything_that_the_file_says_is_kept(words: str, rich: str) -> None:
    assert words.replace("<dc:", "<o:") in rich or words in rich


def test_it_is_xml_and_decides_the_same(tmp_path: Path) -> None:
    text = form(tmp_path, RICH)
    ElementTree.fromstring(text)  # noqa: S314 - our own text
    before = dmn.load(tmp_path / "case.dmn")
    assert dmn.load(_written(tmp_path, text)) == before


def _written(folder: Path, text: str) -> Path:
    path = folder / "again" / "case.dmn"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("content", [RICH, definitions(PLAIN, inputs=N), definitions(formula("F", "1 + 1"))])
def test_the_form_of_the_form_is_the_form(content: str, tmp_path: Path) -> None:
    text = form(tmp_path, content)
    assert canonical(_written(tmp_path, text)) == text


def test_spacing_prefixes_and_attribute_order_do_not_count(tmp_path: Path) -> None:
    content = definitions(PLAIN, inputs=N)
    prefixed = re.sub(r"<(/?)(?=\w)", r"<\1dmn:", content).replace("xmlns=", "xmlns:dmn=")
    turned = content.replace('name="n" id="in_n"', 'id="in_n" name="n"').replace("><", ">\r\n <")
    assert form(tmp_path, content) == form(tmp_path, prefixed) == form(tmp_path, turned)


def test_names_without_a_namespace_stay_without_one(tmp_path: Path) -> None:
    inner = '<extensionElements><x xmlns="" a="1"><y/></x><z xmlns="urn:z"/></extensionElements>'
    text = form(tmp_path, definitions(PLAIN, inputs=N).replace("<inputData", f"{inner}<inputData", 1))
    assert '<x xmlns="" a="1"><y/></x>' in text
    assert 'xmlns:ns="urn:z"' in text
    assert "<ns:z/>" in text
    assert canonical(_written(tmp_path, text)) == text


def test_a_foreign_dc_keeps_its_prefix(tmp_path: Path) -> None:
    content = RICH.replace("xmlns:t=", 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:t=')
    text = form(tmp_path, content.replace("<d:extensionElements>", "<d:extensionElements><dc:title>T</dc:title>"))
    assert "<dc:title>T</dc:title>" in text
    assert '<dc2:Bounds height="1"/>' in text
    assert canonical(_written(tmp_path, text)) == text


def test_a_prefix_with_two_meanings_is_refused(tmp_path: Path) -> None:
    content = RICH.replace("<t:b>", '<t:b xmlns:t="urn:other">')
    with pytest.raises(ModelError, match="the prefix t: stands for two namespaces"):
        form(tmp_path, content)


@pytest.mark.parametrize(("tag", "version"), [("conditional", "1.4"), ("filter", "1.4"), ("typeConstraint", "1.5")])
def test_what_came_after_1_3_is_refused_rather_than_mislabelled(tag: str, version: str, tmp_path: Path) -> None:
    content = definitions(PLAIN, inputs=N).replace("</definitions>", f"<{tag}/></definitions>")
    with pytest.raises(ModelError, match=f"<{tag}> came with DMN {version}"):
        form(tmp_path, content)


# Ids


def test_elements_without_an_id_get_one_from_their_place_and_name(tmp_path: Path) -> None:
    text = form(tmp_path, definitions(PLAIN, inputs=N))
    for key in ("a_model", "var_n", "T_needs_in_n", "T_table", "T_in_n", "T_expr_n", "r1_n", "r2_n"):
        assert f'id="{key}"' in text
    assert 'id="in_n"' in text


def test_ids_are_told_apart_and_the_same_each_time(tmp_path: Path) -> None:
    twice = definitions(table("T", rules=[["1", "2", '"x"']], inputs={"n": "number", "n + 0": "number"}, needs=["n"]),
                        inputs=N)  # fmt: skip
    text = form(tmp_path, twice.replace("n + 0", "n"))
    keys = re.findall(r' id="([^"]*)"', text)
    assert len(keys) == len(set(keys))
    assert {"T_in_n", "T_in_n-2"} <= set(keys)
    assert text == form(tmp_path, twice.replace("n + 0", "n"))


def test_a_rule_without_an_id_gets_one_that_the_reader_would_give(tmp_path: Path) -> None:
    content = definitions(PLAIN, inputs=N).replace(' id="r1"', "").replace(' id="r2"', "")
    text = form(tmp_path, content)
    assert dmn.load(_written(tmp_path, text)) == dmn.load(tmp_path / "case.dmn")


def test_diagrams_and_extensions_get_no_ids(rich: str) -> None:
    assert "<dmndi:DMNDiagram>" in rich
    assert "<t:note t:by" in rich


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("days overdue", "days_overdue"),
        ("逾期天数", "逾期天数"),
        ("3rd", "_3rd"),
        ("a/b (c)", "a_b_c"),
        ("²x", "x"),
        ("", ""),
    ],
)
def test_slug(words: str, expected: str) -> None:
    assert slug(words) == expected


# Lines


def test_one_changed_cell_is_one_changed_line(tmp_path: Path) -> None:
    before = form(tmp_path, definitions(PLAIN, inputs=N)).splitlines()
    after = form(tmp_path, definitions(PLAIN, inputs=N).replace("&gt; 1", "&gt;\n 2")).splitlines()
    changed = [line for line in difflib.ndiff(before, after) if line[0] in "+-"]
    assert [line.strip("+- ") for line in changed] == [
        '<inputEntry id="r1_n"><text>&gt; 1</text></inputEntry>',
        '<inputEntry id="r1_n"><text>&gt;&#10; 2</text></inputEntry>',
    ]


def test_an_added_rule_changes_no_other_line(tmp_path: Path) -> None:
    longer = definitions(PLAIN, inputs=N).replace(
        '<rule id="r2">', f'{build.row(9, ["5", chr(34) + "z" + chr(34)], 1)}<rule id="r2">'
    )
    before, after = (form(tmp_path, text).splitlines() for text in (definitions(PLAIN, inputs=N), longer))
    changed = [line[0] for line in difflib.ndiff(before, after) if line[0] in "+-"]
    assert changed == ["+"] * 4


def test_attributes_stand_in_one_order(tmp_path: Path) -> None:
    text = form(tmp_path, definitions(PLAIN, inputs=N).replace("<inputData", '<inputData zeta="1" label="l"'))
    assert '<inputData id="in_n" name="n" label="l" zeta="1"><variable id="var_n" name="n" typeRef="number"/>' in text


@pytest.mark.parametrize("path", sorted(STRATEGIES.rglob("*.dmn")), ids=lambda path: path.name)
def test_the_house_strategies_are_in_canonical_form(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == canonical(path)


# Attacks


@pytest.mark.parametrize(
    "content",
    [
        '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><definitions>&b;</definitions>',
        '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><definitions>&x;</definitions>',
        f'<definitions xmlns="{build.DMN}">' + "<a>" * 100_000 + "</a>" * 100_000 + "</definitions>",
        "<definitions>",
        "no XML",
        '<definitions xmlns="urn:other"/>',
    ],
    ids=["entities", "file entity", "deep nesting", "broken off", "no XML", "no DMN"],
)
def test_what_the_reader_refuses_is_refused(content: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        form(tmp_path, content)
