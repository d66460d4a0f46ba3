"""DMN files as XML: read safely, with their namespace taken off, and hashed in a canonical form."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from stat import S_ISREG
from xml.etree import ElementTree  # parses only what defusedxml has let through
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from dunwell.engine.model import Place

BYTES_MAX = 5_000_000
DEPTH_MAX = 64
NAMESPACES = {
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}
# Where the boxes of the diagram stand, and what tools keep for themselves: neither is part of the decision.
DRAWING = "DMNDI"


def read(path: Path) -> Element:
    """This function will return the `definitions` element, every DMN tag in it without its namespace."""
    place = Place(path.name)
    root = _parse(path, place)
    namespace, _, tag = root.tag[1:].rpartition("}")
    if namespace not in NAMESPACES or tag != "definitions":
        known = ", ".join(NAMESPACES.values())
        raise place.refuse(f"the root element is {root.tag}", cure=f"save it as DMN {known}")
    _strip(root, namespace, place)
    _shorten(root, f"{root.get('namespace', '')}#")
    return root


def _shorten(root: Element, own: str) -> None:
    """This function will write references that name the file's own namespace like those that do not."""
    for element in root.iter():
        if element.get("href", "").startswith(own):
            element.set("href", element.get("href", "").removeprefix(own.rstrip("#")))


def parse(path: Path, *, namespace: str) -> Element:
    """This function will read any XML file as safely, the tags of one namespace without it."""
    place = Place(path.name)
    root = _parse(path, place)
    _strip(root, namespace, place)
    return root


def digest(path: Path | str) -> str:
    """This function will return the SHA-256, in hex, of a file or of every visible file below a folder.

    It is the strategy's version. Names count, relative to the folder; line ends, XML comments, indentation and the
    drawing of the diagram do not.
    """
    root = Path(path)
    total = hashlib.sha256()
    for name, file in sorted(_files(root)):
        content = _canonical(file)
        total.update(f"{name}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    if root.is_file():
        yield root.name, root
        return
    found = False
    for file in root.rglob("*"):
        relative = file.relative_to(root)
        if file.is_file() and not any(part.startswith(".") for part in relative.parts):
            found = True
            yield relative.as_posix(), file
    if not found:
        raise Place(str(root)).refuse("there is no file here", cure="name a DMN file, or a folder that holds one")


def _canonical(file: Path) -> bytes:
    if file.suffix != ".dmn":
        return file.read_bytes().replace(b"\r\n", b"\n")
    root = _parse(file, Place(file.name))
    for child in [child for child in root if child.tag.endswith(f"}}{DRAWING}")]:
        root.remove(child)
    text = ElementTree.tostring(root, encoding="unicode")
    return ElementTree.canonicalize(text, strip_text=True, rewrite_prefixes=True).encode()


def _parse(path: Path, place: Place) -> Element:
    try:
        status = path.stat()
        size = status.st_size
        if not S_ISREG(status.st_mode):
            raise place.refuse("it is no plain file", cure="name a DMN file")
        if size > BYTES_MAX:
            raise place.refuse(f"{size} bytes, over the limit of {BYTES_MAX}", cure="split it into several models")
        root: Element = fromstring(path.read_bytes(), forbid_dtd=True)
    except OSError as error:
        raise place.refuse(f"cannot be read: {error.strerror}", cure="check the path") from error
    except DefusedXmlException as error:
        raise place.refuse("it declares a DTD or entities", cure="remove the DOCTYPE") from error
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise place.refuse(f"it is no XML: {error}", cure="save it again from the modelling tool") from error
    return root


def _strip(root: Element, namespace: str, place: Place) -> None:
    """This function will take the namespace off level by level, so that no depth of nesting can exhaust the stack."""
    level, depth = [root], 0
    while level:
        depth += 1
        if depth > DEPTH_MAX:
            raise place.refuse(f"elements stand over {DEPTH_MAX} deep", cure="save it again from the modelling tool")
        for element in level:
            element.tag = element.tag.removeprefix(f"{{{namespace}}}")
        level = [child for element in level for child in element]
