"""The canonical text of a DMN file: DMN 1.3, every element with its id, one cell on one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Comment, Element  # names of kinds only: document.py parses

from dunwell.engine.writing.ids import give_ids
from dunwell.engine.writing.source import MODEL, XML, Source, read

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
INDENT = "  "
# The attributes that come first, in this order; the rest follows by the alphabet.
FIRST = ("id", "name", "label", "typeRef", "isCollection", "hitPolicy", "aggregation", "href", "namespace")
# These never share a line with what is in them, however little it is.
BLOCKS = frozenset(
    {
        "definitions", "decision", "decisionTable", "rule", "businessKnowledgeModel", "context", "contextEntry",
        "decisionService", "extensionElements", "invocation", "list", "relation", "row",
    }
)  # fmt: skip
# In these a line break is written as a reference, so that a cell stays one line whatever is in it.
CELLS = frozenset(
    {
        "inputEntry", "outputEntry", "annotationEntry", "defaultOutputEntry", "inputExpression", "inputValues",
        "outputValues", "allowedValues",
    }
)  # fmt: skip
ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
IN_TEXT = str.maketrans(ESCAPES)
IN_CELL = str.maketrans(ESCAPES | {"\n": "&#10;"})
IN_ATTRIBUTE = str.maketrans(ESCAPES | {'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})


def canonical(path: Path) -> str:
    """This function will return the file's canonical text, or raise ModelError if it is no readable DMN file."""
    source = read(path)
    give_ids(source.root, stem=path.stem)
    return render(source)


def render(source: Source) -> str:
    """This function will write the whole file, each line ended."""
    writer = _Writer(source.prefixes)
    lines = [DECLARATION]
    lines += [writer.aside(element) for element in source.before]
    lines += writer.lines(source.root, "", scope="")
    lines += [writer.aside(element) for element in source.after]
    return "\n".join(lines) + "\n"


class _Writer:
    """Elements become lines; `scope` is the namespace that a name without a prefix has where the line stands."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self.declared = sorted(prefixes.items())
        # Of several prefixes for one namespace the first by the alphabet is written.
        self.prefixes = {XML: "xml"} | {uri: prefix for prefix, uri in reversed(self.declared)}

    def lines(self, element: Element, indent: str, *, scope: str) -> Iterator[str]:
        if not isinstance(element.tag, str):
            yield f"{indent}{self.aside(element)}"
            return
        if _mixed(element) or _short(element):
            yield f"{indent}{self.inline(element, scope=scope, kept=_mixed(element))}"
            return
        name, opening, scope = self.opening(element, scope)
        yield f"{indent}<{opening}>"
        for child in element:
            yield from self.lines(child, indent + INDENT, scope=scope)
        yield f"{indent}</{name}>"

    def inline(self, element: Element, *, scope: str, kept: bool, escapes: Mapping[int, str] = IN_TEXT) -> str:
        """This function will write an element on one line; `kept` leaves the white space around its parts alone."""
        if not isinstance(element.tag, str):
            return self.aside(element)
        name, opening, scope = self.opening(element, scope)
        escapes = IN_CELL if element.tag in CELLS else escapes
        text = _text(element, kept=kept).translate(escapes)
        inner = [text]
        for child in element:
            inner.append(self.inline(child, scope=scope, kept=kept, escapes=escapes))
            inner.append((child.tail or "").translate(IN_TEXT) if kept else "")
        content = "".join(inner)
        return f"<{opening}>{content}</{name}>" if content else f"<{opening}/>"

    def opening(self, element: Element, scope: str) -> tuple[str, str, str]:
        """This function will return the element's name, its start tag without brackets, and the scope inside it."""
        name, namespace = self.named(str(element.tag))
        declared = []
        if namespace is not None and namespace != scope:
            declared, scope = [("xmlns", namespace)], namespace
        if element.tag == "definitions":
            declared += [(f"xmlns:{prefix}", uri) for prefix, uri in self.declared]
        own = [(self.named(key)[0], element.attrib[key]) for key in sorted(element.attrib, key=_place)]
        words = [name, *(f'{key}="{value.translate(IN_ATTRIBUTE)}"' for key, value in (*declared, *own))]
        return name, " ".join(words), scope

    def named(self, key: str) -> tuple[str, str | None]:
        """This function will return a name as it is written, and the default namespace that it needs, if it does."""
        namespace, _, bare = key.rpartition("}")
        if not namespace:
            return bare, MODEL
        uri = namespace[1:]
        return (f"{self.prefixes[uri]}:{bare}", None) if uri else (bare, "")

    def aside(self, element: Any) -> str:
        text = element.text or ""
        return f"<!--{text}-->" if element.tag is Comment else f"<?{text}?>"


def _place(key: str) -> tuple[int, str]:
    return (FIRST.index(key), "") if key in FIRST else (len(FIRST), key)


def _text(element: Element, *, kept: bool) -> str:
    """This function will return what stands before the first part; around the words of DMN white space says nothing."""
    text = element.text or ""
    own = not str(element.tag).startswith("{")
    return text if kept or (len(element) == 0 and not own) else text.strip()


def _mixed(element: Element) -> bool:
    """Whether words stand between the parts, so that white space may matter."""
    return len(element) > 0 and any((text or "").strip() for text in (element.text, *(part.tail for part in element)))


def _short(element: Element) -> bool:
    """Whether the element and what is in it fit on one line: at most one part in each."""
    while len(element) == 1 and element.tag not in BLOCKS:
        element = element[0]
        if not isinstance(element.tag, str) or _mixed(element):
            return False
    return len(element) == 0
