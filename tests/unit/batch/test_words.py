"""Every sentence of the house's own has its Chinese words, and no translation is left over."""

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[3]
CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
IN_TEMPLATE = re.compile(r'{% translate "([^"]+)"(?: as \w+)? %}')
BLOCK = re.compile(r"{% blocktranslate(?: trimmed)?(?: with [^%]+)? %}(.+?){% endblocktranslate %}", re.S)


def said() -> set[str]:
    """All messages of the code and of the templates."""
    found = {str(message) for _f, _l, message, _c, _x in extract_from_dir(str(ROOT / "dunwell"), [("**.py", "python")])}
    for template in (ROOT / "dunwell").rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        found |= set(IN_TEMPLATE.findall(text))
        found |= {re.sub(r"{{ (\w+) }}", r"%(\1)s", block) for block in BLOCK.findall(text)}
    return found


def translated() -> dict[str, str]:
    with CATALOGUE.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def test_nothing_is_untranslated() -> None:
    words = translated()
    assert said() - words.keys() == set()
    assert [message for message, chinese in words.items() if not chinese] == []


def test_no_translation_is_left_over() -> None:
    assert translated().keys() - said() == set()


def test_translations_fill_in_the_same_things() -> None:
    field = re.compile(r"%\((\w+)\)s")
    for message, chinese in translated().items():
        assert set(field.findall(message)) == set(field.findall(chinese)), message
