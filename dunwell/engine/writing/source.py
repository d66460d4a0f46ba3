"""A DMN file with everything that it says: comments, diagram, extensions, and the prefixes of foreign names.

`document.read` gives what decides; this gives what must not be lost when the file is written again. Elements and
attributes of DMN go by their bare name, those without a namespace by `{}name`, all others by `{namespace}name`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree  # parses only what defusedxml has let through
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import DefusedXMLParser

from dunwell.engine import document
from dunwell.engine.model import Place

MODEL = "https://www.omg.org/spec/DMN/20191111/MODEL/"
# The namespaces of DMN 1.3 by the last word of their address, and the prefix that they are written with.
STANDARD = {
    "MODEL": MODEL,
    "FEEL": "https://www.omg.org/spec/DMN/20191111/FEEL/",
    "DMNDI": "https://www.omg.org/spec/DMN/20191111/DMNDI/",
    "DC": "http://www.omg.org/spec/DMN/20180521/DC/",
    "DI": "http://www.omg.org/spec/DMN/20180521/DI/",
}
XML = "http://www.w3.org/XML/1998/namespace"
KNOWN = re.compile(r"https?://www\.omg\.org/spec/DMN/(?:20180521|20191111|20211108|20230324)/(\w+)/?")
# What came after DMN 1.3: under its namespace no tool would know them.
LATER = {"conditional": "1.4", "for": "1.4", "some": "1.4", "every": "1.4", "filter": "1.4", "typeConstraint": "1.5"}


@dataclass(frozen=True, slots=True)
class Source:
    """One file: its tree, the prefix of each namespace, and what stands before and after the tree."""

    place: Place
    root: Element
    prefixes: Mapping[str, str]
    before: tuple[Any, ...] = ()
    after: tuple[Any, ...] = ()


def read(path: Path) -> Source:
    """This function will read a DMN 1.2 to 1.5 file as one of DMN 1.3, or raise ModelError as `document.read` does."""
    document.read(path)
    place = Place(path.name)
    builder = _Builder()
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    parser.feed(path.read_bytes())
    root: Element = parser.close()
    used = {_namespace(name) for element in _elements(root) for name in (element.tag, *element.attrib)}
    prefixes = _prefixes(builder.declared, used=used, mentioned=_mentioned(root), place=place)
    for element in _elements(root):
        _standard(element)
        if element.tag in LATER:
            what = f"<{element.tag}> came with DMN {LATER[element.tag]} and cannot be written as 1.3"
            raise place.refuse(what, cure="say it with a decision table, a literal expression or allowedValues")
    return Source(place, root, prefixes, tuple(builder.before), tuple(builder.after))


class _Builder(ElementTree.TreeBuilder):
    """A tree builder that keeps comments and instructions, also those around the tree, and hears of prefixes."""

    def __init__(self) -> None:
        super().__init__(insert_comments=True, insert_pis=True)
        self.declared: set[tuple[str, str]] = set()
        self.before: list[Any] = []
        self.after: list[Any] = []
        self.depth = 0
        self.around = self.before

    def start_ns(self, prefix: str, uri: str) -> None:
        self.declared.add((prefix or "", uri or ""))

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self.depth += 1
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self.depth -= 1
        self.around = self.around if self.depth else self.after
        return super().end(tag)

    def comment(self, text: str | None, /) -> Element:
        kept: Element = self._aside(ElementTree.Comment(text)) if not self.depth else super().comment(text)
        return kept

    def pi(self, target: str, text: str | None = None, /) -> Element:
        instruction = ElementTree.ProcessingInstruction(target, text)
        kept: Element = super().pi(target, text) if self.depth else self._aside(instruction)
        return kept

    def _aside(self, element: Any) -> Any:
        self.around.append(element)
        return element


def _elements(root: Element) -> Iterator[Element]:
    """This function will yield the elements of a tree without its comments and instructions."""
    return (element for element in root.iter() if isinstance(element.tag, str))


def _namespace(name: str) -> str:
    return name[1:].partition("}")[0] if name.startswith("{") else ""


def standard_address(uri: str) -> str:
    """This function will return the address that DMN 1.3 has for a namespace of DMN; all others stay."""
    found = KNOWN.fullmatch(uri)
    return STANDARD.get(found[1], uri) if found else uri


def _standard(element: Element) -> None:
    """This function will bring an element's names and language addresses to DMN 1.3."""
    namespace, _, tag = element.tag.rpartition("}")
    uri = standard_address(namespace[1:])
    element.tag = tag if uri == MODEL else f"{{{uri}}}{tag}"
    attributes = {}
    for name, value in element.attrib.items():
        namespace, _, bare = name.rpartition("}")
        uri = standard_address(namespace[1:])
        attributes[f"{{{uri}}}{bare}" if uri else bare] = standard_address(value)
    element.attrib.clear()
    element.attrib.update(attributes)


def _mentioned(root: Element) -> set[str]:
    """This function will collect what could be a prefix inside values and texts: `feel` of `feel:string`."""
    said = [value for element in _elements(root) for value in (*element.attrib.values(), element.text or "")]
    return {text.partition(":")[0].strip() for text in said if ":" in text}


def _prefixes(declared: set[tuple[str, str]], *, used: set[str], mentioned: set[str], place: Place) -> dict[str, str]:
    """This function will give each prefix its namespace, as the file does; those of DMN itself get the usual ones."""
    chosen: dict[str, str] = {}
    for prefix, uri in sorted(declared):
        if not prefix or not uri or uri == XML or (KNOWN.fullmatch(uri) and prefix not in mentioned):
            continue
        if chosen.setdefault(prefix, standard_address(uri)) != standard_address(uri):
            raise place.refuse(f"the prefix {prefix}: stands for two namespaces", cure="give each its own prefix")
    for uri in sorted(used - {"", XML}):
        address = standard_address(uri)
        if address != MODEL and address not in chosen.values():
            kind = next((name.lower() for name, known in STANDARD.items() if known == address), "ns")
            chosen[_free(kind, chosen)] = address
    return chosen


def _free(prefix: str, taken: Mapping[str, str]) -> str:
    number, found = 2, prefix
    while found in taken:
        number, found = number + 1, f"{prefix}{number}"
    return found
