"""Every script holds the four elements [G3] in both languages, and no word of threat or shame [G6]."""

import re
from pathlib import Path

import pytest
import yaml

SCRIPTS = sorted((Path(__file__).parents[3] / "scripts").glob("*.yaml"))
# Identity of both sides, the amount, how and until when to pay; the consequence is a sentence and is read by people.
ELEMENTS = ("{name}", "{creditor}", "{amount}", "{account}", "{deadline}")
WAYS_OUT = ("{pay_link}", "{help_link}")
RED = re.compile(
    r"\b(police|arrest|jail|shame|blacklist|family|employer)\b|警察|逮捕|坐牢|黑名单|家人|单位领导|后果自负", re.I
)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_g3_the_four_elements_are_there(path: Path, language: str) -> None:
    text = yaml.safe_load(path.read_text(encoding="utf-8"))[language]
    missing = [element for element in ELEMENTS if element not in text]
    assert not missing
    assert any(way in text for way in WAYS_OUT)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_g6_no_word_of_threat_or_shame(path: Path) -> None:
    assert not RED.search(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_both_languages_fill_in_the_same_things(path: Path) -> None:
    texts = yaml.safe_load(path.read_text(encoding="utf-8"))
    fields = {language: set(re.findall(r"{(\w+)}", texts[language])) for language in ("en", "zh")}
    assert fields["en"] == fields["zh"]
