"""DMN files as XML: hostile ones are refused, and only what changes a decision changes the digest."""

from __future__ import annotations

import re
from pathlib import Path

import engine_models as build
import pytest
from engine_models import definitions, refused, table, written

from dunwell.engine import dmn, document
from dunwell.engine.model import ModelError

N = {"n": "number"}
PLAIN = table("T", rules=[["> 1", '"x"']], inputs=N)

# Attacks

BILLION_LAUGHS = """<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]>
<definitions>&c;</definitions>"""
OUTSIDE = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><definitions>&x;</definitions>'
REMOTE = '<!DOCTYPE d SYSTEM "http://127.0.0.1:9/x.dtd"><definitions/>'


@pytest.mark.parametrize("content", [BILLION_LAUGHS, OUTSIDE, REMOTE], ids=["entity bomb", "file entity", "remote DTD"])
def test_document_types_are_refused(content: str, tmp_path: Path) -> None:
    assert refused(tmp_path, content) == "case.dmn: it declares a DTD or entities -> remove the DOCTYPE"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (f'<definitions xmlns="{build.DMN}">' + "<a>" * 100_000 + "</a>" * 100_000 + "</definitions>", "over 64 deep"),
        (b'<?xml version="1.0" encoding="klingon"?><definitions/>', "it is no XML"),
        (b"\xff\xfe\x00", "it is no XML"),
        ("<definitions>\0</definitions>", "it is no XML"),
        (b" " * (document.BYTES_MAX + 1), "5000001 bytes, over the limit of 5000000"),
    ],
    ids=["deep nesting", "unknown encoding", "garbage", "null byte", "too large"],
)
def test_hostile_bytes_are_refused(content: str | bytes, words: str, tmp_path: Path) -> None:
    assert words in refused(tmp_path, content)


def test_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"none\.dmn: cannot be read: No such file or directory -> check the path"):
        dmn.load(tmp_path / "none.dmn")


# The digest


def test_digest_of_a_file_is_that_of_a_folder_holding_it(tmp_path: Path) -> None:
    written(tmp_path, definitions(PLAIN, inputs=N))
    assert dmn.digest(tmp_path) == dmn.digest(tmp_path / "case.dmn")
    assert re.fullmatch("[0-9a-f]{64}", dmn.digest(str(tmp_path)))


DRAWING = '<d:DMNDI xmlns:d="https://www.omg.org/spec/DMN/20230324/DMNDI/"><d:DMNDiagram/></d:DMNDI>'
CONTENT = definitions(PLAIN, inputs=N)
SAME = {
    "drawing": CONTENT.replace("</definitions>", f"{DRAWING}</definitions>"),
    "indentation": CONTENT.replace("><", ">\r\n  <"),
    "comment": CONTENT.replace("<inputData", "<!-- why --><inputData", 1),
    "prefix": re.sub(r"<(/?)(?=\w)", r"<\1dmn:", CONTENT).replace("xmlns=", "xmlns:dmn="),
    "attribute order": CONTENT.replace('name="n" id="in_n"', 'id="in_n" name="n"'),
}
OTHER = {"cell": CONTENT.replace("&gt; 1", "&gt; 2"), "rule id": CONTENT.replace('"r1"', '"r9"')}


@pytest.mark.parametrize("case", SAME)
def test_digest_passes_over_what_changes_no_decision(case: str, tmp_path: Path) -> None:
    written(tmp_path, CONTENT)
    before = dmn.digest(tmp_path)
    assert SAME[case] != CONTENT
    written(tmp_path, SAME[case])
    assert dmn.digest(tmp_path) == before


@pytest.mark.parametrize("case", OTHER)
def test_digest_sees_every_change_of_a_rule(case: str, tmp_path: Path) -> None:
    written(tmp_path, CONTENT)
    before = dmn.digest(tmp_path)
    written(tmp_path, OTHER[case])
    assert dmn.digest(tmp_path) != before


def test_digest_of_a_folder_counts_names_and_contents_but_not_hidden_files(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "catalogue.yaml").write_bytes(b"a: 1\r\n")
    before = dmn.digest(tmp_path)
    (tmp_path / ".hidden").write_text("x")
    (tmp_path / "deep" / "catalogue.yaml").write_bytes(b"a: 1\n")
    assert dmn.digest(tmp_path) == before
    (tmp_path / "deep" / "catalogue.yaml").rename(tmp_path / "deep" / "other.yaml")
    assert dmn.digest(tmp_path) != before


def test_digest_cannot_be_fooled_by_moving_bytes_between_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"xy")
    (tmp_path / "b").write_bytes(b"z")
    before = dmn.digest(tmp_path)
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "b").write_bytes(b"yz")
    assert dmn.digest(tmp_path) != before


def test_digest_refuses_the_same_attacks_as_load(tmp_path: Path) -> None:
    (tmp_path / "case.dmn").write_text(BILLION_LAUGHS)
    with pytest.raises(ModelError, match="it declares a DTD or entities"):
        dmn.digest(tmp_path)


@pytest.mark.parametrize("name", ["", "nowhere"])
def test_digest_of_nothing_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="there is no file here"):
        dmn.digest(tmp_path / name)
