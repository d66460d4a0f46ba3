"""DMN files as XML: hostile ones are refused, and only what changes a decision changes the digest."""

from __future__ import annotations

import os
import re
import tracemalloc
from pathlib import Path
from time import perf_counter

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


BOMB_OF_ATTRIBUTES = """<!DOCTYPE d [<!ENTITY a "0123456789"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>
<definitions name="&d;&d;&d;&d;"/>"""
PARAMETERS = '<!DOCTYPE d [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]><definitions/>'
NAMELESS = "<!DOCTYPE definitions><definitions/>"
HUGE = "x" * 4_000_000
MANY = " ".join(f"a{n}='1'" for n in range(100_000))
ATTACKS: dict[str, str | bytes] = {
    "entity bomb": BILLION_LAUGHS,
    "bomb of attributes": BOMB_OF_ATTRIBUTES,
    "file entity": OUTSIDE,
    "remote DTD": REMOTE,
    "parameter entity": PARAMETERS,
    "bare DTD": NAMELESS,
    "UTF-16 DTD": NAMELESS.encode("utf-16"),
    "10,000 deep": f'<definitions xmlns="{build.DMN}">' + "<a>" * 10_000 + "</a>" * 10_000 + "</definitions>",
    "10,000 deep, never closed": f'<definitions xmlns="{build.DMN}">' + "<a>" * 10_000,
    "huge attribute": definitions(PLAIN, inputs=N).replace('name="n"', f'name="{HUGE}"'),
    "huge name of a decision": definitions(PLAIN, inputs=N).replace('<decision name="T"', f'<decision name="{HUGE}"'),
    "huge type": definitions(PLAIN, inputs={"n": HUGE}),
    "huge text": definitions(table("T", rules=[["1," * 2_000_000 + "1", '"x"']], inputs=N), inputs=N),
    "huge label": definitions(PLAIN, inputs=N).replace("<input>", f'<input label="{HUGE}">').replace("&gt; 1", "?"),
    "huge hit policy": definitions(PLAIN, inputs=N).replace('"FIRST"', f'"{HUGE}"'),
    "huge reference": definitions(PLAIN, inputs=N).replace("#in_n", f"#{HUGE}"),
    "100,000 attributes": f'<definitions xmlns="{build.DMN}" {MANY}/>',
    "huge element name": f'<{HUGE} xmlns="{build.DMN}"/>',
}


@pytest.mark.parametrize("case", ATTACKS)
def test_attacks_are_refused_at_once_in_little_memory_and_few_words(case: str, tmp_path: Path) -> None:
    path = tmp_path / "case.dmn"
    content = ATTACKS[case]
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    tracemalloc.start()
    began = perf_counter()
    with pytest.raises(ModelError) as error:
        dmn.load(path)
    seconds, (_, peak) = perf_counter() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # Being watched slows Python down several times over.
    assert seconds < 5
    assert peak < 60_000_000
    assert len(str(error.value)) < 3_000


def test_a_file_of_100_megabytes_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "case.dmn"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    tracemalloc.start()
    with pytest.raises(ModelError, match="100000000 bytes, over the limit of 5000000 -> split it into several models"):
        dmn.load(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_what_is_no_plain_file_is_refused(tmp_path: Path) -> None:
    """A pipe would be waited for, a device read for ever."""
    os.mkfifo(tmp_path / "case.dmn")
    for path in (tmp_path / "case.dmn", Path("/dev/zero"), tmp_path):
        with pytest.raises(ModelError, match="is no plain file -> name a DMN file"):
            dmn.load(path)


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
