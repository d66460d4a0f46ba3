"""How patterns are read and where they are found; how broken lists are told."""

from __future__ import annotations

import shutil
from pathlib import Path
from time import process_time

import pytest

from dunwell.compliance.content.pattern import Passage, PatternError, orders, pattern
from dunwell.compliance.content.wording import CONTENT, load_wording
from dunwell.facts.errors import DunwellError

SETS = {"kin": ("father", "mother")}


def found(told: str, text: str, *, gap: int = 10) -> list[str]:
    return [match.words(text) for match in pattern(told, gap=gap, sets=SETS).find(Passage(text))]


@pytest.mark.parametrize(
    ("told", "text", "words"),
    [
        ("tell … @kin", "tell your mother", ["tell … mother"]),
        ("tell … @kin", "tell us, and your mother", []),
        ("tell …… @kin", "tell us, mother", ["tell … mother"]),
        ("tell …… @kin", "tell us. mother", []),
        ("tell … @kin", "tell somebody else's mother", []),
        ("arrest", "arrested by an arrest", ["arrest"]),
        ("arrest*", "arrested by an arrest", ["arrest", "arrest"]),
        ("a/ab/abc", "abc", ["abc"]),
        ("tell … your/all … @kin", "tell all your mother", ["tell … all … mother"]),
        ("警察", "警察局", ["警察"]),
        ("<money>", "usd 1,204.50 or 300元 or 一百二十元 or 300", ["usd 1,204.50", "300元", "一百二十元"]),
        ("<date>", "2026-06-20, 6月20日, 20 june, june 20", ["2026-06-20", "6月20日", "20 june", "june 20"]),
        (
            "<minutes>",
            "十分钟, 2个小时, half an hour, 20 mins, an hour",
            ["十分钟", "2个小时", "half an hour", "20 mins", "an hour"],
        ),
        ("<phone>", "call 1-800-555-1212", ["1-800-555-1212"]),
        ("<link>", "see https://a.example/x or b.example", ["https://a.example/x", "b.example"]),
        ("<money> … <date>", "{amount} by {deadline}", ["{amount} … {deadline}"]),
        ("it's (really) a+b.", "it's (really) a+b.", ["it's (really) a+b."]),
    ],
)
def test_where_a_pattern_is_found(told: str, text: str, words: list[str]) -> None:
    assert found(told, text) == words


def test_the_first_word_that_fits_is_not_the_last_chance() -> None:
    assert found("a … b … c", "a b xxxxxxxxxxxxxxx b c", gap=20) == ["a … b … c"]
    assert found("a … b", "a a xxxxxxxx b", gap=10) == ["a … b"]


@pytest.mark.parametrize(
    "told", ["", "…", "a …", "… a", "a … … b", "a//b", "a/", "@others", "<colour>", "a … b … c … d … e"]
)
def test_what_is_no_pattern_is_refused(told: str) -> None:
    with pytest.raises(PatternError):
        pattern(told, gap=10, sets=SETS)


@pytest.mark.parametrize(
    ("told", "written"),
    [
        ("a … b", ("a … b",)),
        ("a ↔ b", ("a  ……  b", "b …… a")),
        ("a … b ↔ c", ("a … b  ……  c", "c …… a … b")),
    ],
)
def test_either_side_may_come_first(told: str, written: tuple[str, ...]) -> None:
    assert [each.split() for each in orders(told)] == [each.split() for each in written]


def test_a_set_may_hold_another_one_but_not_itself() -> None:
    sets = {"kin": ("father",), "people": ("@kin", "boss"), "loop": ("@pool",), "pool": ("@loop",)}
    made = pattern("tell … @people", gap=10, sets=sets)
    assert [match.words("tell father") for match in made.find(Passage("tell father"))] == ["tell … father"]
    for told, said in (("@loop", "holds itself"), ("@people/@none", "no set of words @none")):
        with pytest.raises(PatternError, match=said):
            pattern(told, gap=10, sets=sets)


def test_an_end_from_which_nothing_follows_is_not_tried_twice() -> None:
    text = "a " * 4000 + "b"
    start = process_time()
    assert found("a … a … a … c", text, gap=80) == []
    assert process_time() - start < 3


def test_a_gap_has_its_bounds() -> None:
    for gap in (-1, 81):
        with pytest.raises(PatternError):
            pattern("a … b", gap=gap, sets=SETS)


def test_clauses_and_sentences_are_known_around_a_place() -> None:
    text = "one, two. three; 1.5 four"
    passage = Passage(text)
    assert [text[slice(*passage.clause(text.index(word)))] for word in ("one", "two", "four")] == [
        "one",
        " two",
        " 1.5 four",
    ]
    assert text[slice(*passage.sentence(text.index("two")))] == "one, two"


# ---- broken lists ----------------------------------------------------------------------------------------------------

VIOLENCE = "forbidden/violence.yaml"


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (VIOLENCE, "id: violence-body-zh", "id: violence-body-en", "the id violence-body-en stands there twice"),
        (VIOLENCE, "id: violence-body-zh", "id: Violence", "entries.0.id"),
        (VIOLENCE, "泼油漆/", "泼油漆/@nobody/", "there is no set of words @nobody"),
        (VIOLENCE, "language: zh", "language: fr", "entries.0.language"),
        (VIOLENCE, "group: violence", "group: violence\nmood: bad", "key mood"),
        (VIOLENCE, "group: violence", "group: [", "mend the YAML"),
        (VIOLENCE, "    good:", "    valid_from: 2026-01-01\n    valid_until: 2026-01-01\n    good:", "not after"),
        ("elements.yaml", "elements:", "parts:", "it must hold the key elements"),
        ("elements.yaml", "<money>", "<gold>", "there is no shape <gold>"),
        ("frames.yaml", "denials:", "denial:", "key denials"),
        ("frames.yaml", "apologies:", "apology:", "key apologies"),
        ("classes/zh.yaml", "classes:", "class:", "key classes"),
        ("classes/zh.yaml", "gang:", "kin:", "the set kin stands there twice"),
        (VIOLENCE, "@crippling", "@crippled", "there is no set of words @crippled"),
        ("limited_content.yaml", "reveals:", "shows:", "key reveals"),
        ("evidence.yaml", "asks:", "ask:", "key asks"),
    ],
)
def test_a_broken_list_is_told_with_its_place(file: str, old: str, new: str, said: str, tmp_path: Path) -> None:
    folder = tmp_path / "content"
    shutil.copytree(CONTENT, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DunwellError) as caught:
        load_wording(folder)
    assert said in str(caught.value)
    assert str(folder) in str(caught.value)


def test_a_list_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DunwellError, match=r"there is no such list of words.*elements.yaml|elements.yaml"):
        load_wording(tmp_path)


def test_another_word_makes_another_version(tmp_path: Path) -> None:
    folder = tmp_path / "content"
    shutil.copytree(CONTENT, folder)
    assert load_wording(folder).version == load_wording().version
    other = tmp_path / "other"
    shutil.copytree(CONTENT, other)
    text = (other / VIOLENCE).read_text(encoding="utf-8")
    (other / VIOLENCE).write_text(text.replace("泼油漆", "泼墨水", 1), encoding="utf-8")
    assert load_wording(other).version != load_wording().version
