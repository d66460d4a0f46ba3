"""Item definitions: the author's own type names, brought back to string, number, boolean and date."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element  # a type only: document.py parses

from dunwell.engine.model import Place, Type

BASE: Mapping[str, Type] = {"string": "string", "number": "number", "boolean": "boolean", "date": "date"}


class ItemTypes:
    """The item definitions of one file."""

    def __init__(self, root: Element) -> None:
        self.items = {element.get("name", ""): element for element in root.findall("itemDefinition")}

    def base(self, type_ref: str | None, place: Place) -> Type | None:
        """This function will return the base type behind a typeRef, or None where the author leaves it open."""
        found = self._behind(type_ref, place)
        if isinstance(found, Element):
            what = "a collection" if _is_collection(found) else "a structure"
            raise place.refuse(f"its type '{type_ref}' is {what}", cure="use string, number, boolean or date")
        return found

    def of_output(self, type_ref: str | None, output: str, place: Place, *, many: bool) -> Type | None:
        """This function will return what a decision's own typeRef says of one of its table's outputs.

        `many` is true of a COLLECT table, whose type may be a collection of what each rule gives.
        """
        found = self._behind(type_ref, place)
        if not isinstance(found, Element):
            return found
        if _is_collection(found) and not many:
            raise place.refuse(f"its type '{type_ref}' is a collection, its hit policy gives one", cure="use COLLECT")
        if found.find("itemComponent") is None:
            return self.base(found.findtext("typeRef"), place)
        for component in found.findall("itemComponent"):
            if component.get("name") == output and not _is_collection(component):
                return self.base(component.findtext("typeRef"), place)
        raise place.refuse(f"its type '{type_ref}' has no such component", cure="name outputs like the components")

    def _behind(self, type_ref: str | None, place: Place) -> Type | Element | None:
        """This function will follow a typeRef to a base type, or to a definition that is more than a new name."""
        seen: set[str] = set()
        while True:
            name = (type_ref or "Any").removeprefix("feel:")
            if name in BASE or name == "Any":
                return BASE.get(name)
            if name in seen or name not in self.items:
                why = "is defined by itself" if name in seen else "is not known"
                raise place.refuse(f"its type '{name}' {why}", cure="use string, number, boolean or date")
            seen.add(name)
            item = self.items[name]
            if _is_collection(item) or item.find("itemComponent") is not None:
                return item
            type_ref = item.findtext("typeRef")


def _is_collection(element: Element) -> bool:
    return element.get("isCollection") == "true"
