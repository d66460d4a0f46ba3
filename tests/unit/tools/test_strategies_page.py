"""The page of the decision tables says what the tables say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.documents.strategies import condition, strategies_page

DMN = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="Moods">
<decision id="mood" name="mood"><description>How he feels.</description>
<decisionTable hitPolicy="FIRST">
<input label="days"><inputExpression><text>days</text></inputExpression></input>
<input><inputExpression><text>tier</text></inputExpression></input>
<output name="mood"/>
<rule id="mood-glum"><inputEntry><text>&gt; 90</text></inputEntry><inputEntry><text>"gold", null</text></inputEntry>
<outputEntry><text>"glum"</text></outputEntry><annotationEntry><text>Late | very</text></annotationEntry>
<annotationEntry><text>很晚</text></annotationEntry></rule>
<rule id="mood-else"><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry>
<outputEntry><text>"fine"</text></outputEntry></rule>
</decisionTable></decision>
<decision id="formula" name="formula"><literalExpression><text>1</text></literalExpression></decision></definitions>
"""
WORDS = "decisions:\n  mood: {en: Mood, zh: 心情, values: {glum: {en: glum, zh: 低落}}}\n"


def written(root: Path, *, words: str) -> str:
    (root / "strategies/mood").mkdir(parents=True)
    (root / "strategies/mood/mood.dmn").write_text(DMN, encoding="utf-8")
    (root / "strategies/words.yaml").write_text(words, encoding="utf-8")
    (root / "strategies/treatments.yaml").write_text("treatments: []\n", encoding="utf-8")
    return strategies_page(root, tree=frozenset({"strategies/mood/mood.dmn", "README.md"}))


def test_every_rule_is_a_row_in_words(tmp_path: Path) -> None:
    page = written(tmp_path, words=WORDS)
    assert "\n## Moods\n" in page
    assert "\n### mood · 心情\n\nHow he feels. Looks at `days`, `tier`; the first rule that fits answers.\n" in page
    row = "| `mood-glum` | `days` > 90; `tier` gold or not known | `glum` 低落 | Late \\| very | 很晚 |\n"
    assert row in page
    assert "| `mood-else` | otherwise | `fine` |  |  |\n" in page
    assert "### formula" not in page


def test_what_has_no_words_goes_by_its_code(tmp_path: Path) -> None:
    page = written(tmp_path, words="decisions: {}\n")
    assert "\n### mood\n" in page
    assert "| `glum` | Late" in page


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("[61..90]", "61 to 90"),
        ("[500..700)", "500 to below 700"),
        ('"M0", "M1"', "M0 or M1"),
        ('not("none", "bereaved")', "not none or bereaved"),
        ('not(null, "")', "known"),
        ("not(null)", "known"),
        ('null, "evasion"', "not known or evasion"),
        ("<= -0.5", "<= -0.5"),
        ("true", "true"),
    ],
)
def test_a_cell_in_words(cell: str, words: str) -> None:
    assert condition(cell) == words
