"""How workbooks write what XML would lose: a carriage return as `_x000D_`, and so `_x` itself as `_x005F_x`."""

from __future__ import annotations

import re

LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def escaped(text: str) -> str:
    """This function will write a text so that every spreadsheet shows it as it is."""
    return LOOKS_ESCAPED.sub("_x005F_", text).replace("\r", "_x000D_")


def unescaped(text: str) -> str:
    """This function will return the text that a spreadsheet shows."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
