"""Item definitions: the author's own type names, brought back to the base types that the engines know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element  # a type only: document.py parses

from dunwell.engine.model import AnyOf, Place, Type
from dunwell.engine.reading import sfeel

BASE: Mapping[str, Type] = {
    "string": "string",
    "number": "number",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "date and time": "date_time",
    "dateTime": "date_time",
    "days and time duration": "days_duration",
    "dayTimeDuration": "days_duration",
    "years and months duration": "months_duration",
    "yearMonthDuration": "months_duration",
}
CURE = "use a base type: string, number, boolean, date, time, date and time, or a duration"
DEPTH_MAX = 16


class ItemTypes:
    """The item definitions of one file."""

    def __init__(self, root: Element) -> None:
        self.items = {element.get("name", ""): element for element in root.findall("itemDefinition")}

    def base(self, type_ref: str | None, place: Place) -> Type | None:
        """This function will return the base type behind a typeRef, or None where the author leaves it open."""
        found = self._behind(type_ref, place)
        if isinstance(found, Element):
            what = "a collection" if _is_collection(found) else "a structure"
            raise place.refuse(f"its type '{type_ref}' is {what}", cure=CURE)
        return found

    def of_output(self, type_ref: str | None, output: str, place: Place, *, many: bool) -> Type | None:
        """This function will return what a decision's own typeRef says of one of its table's outputs.

        `many` is true of a table that gives a list, whose type may be a collection of what each rule gives.
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

    def allowed_of_output(self, type_ref: str | None, output: str, kind: Type, place: Place) -> AnyOf | None:
        """This function will return what a type allows: its own list, its items' or that of the output's component."""
        found = self._behind(type_ref, place)
        if not isinstance(found, Element):
            return self._domain(type_ref, kind, place)
        named = [one for one in found.findall("itemComponent") if one.get("name") == output]
        inner = named[0] if named else found
        return _allowed(inner, kind, place) or self._domain(inner.findtext("typeRef"), kind, place)

    def leaves(self, name: str, type_ref: str | None, place: Place) -> Iterator[tuple[str, Type, AnyOf | None]]:
        """This function will yield what a fact is made of: itself, or each component of a structure by its path."""
        found = self._behind(type_ref, place)
        if found is None:
            raise place.refuse("the input data has no type", cure="give its variable a typeRef")
        if isinstance(found, Element):
            yield from self._components(name, found, place, depth=0)
        else:
            yield name, found, self._domain(type_ref, found, place)

    def is_structure(self, type_ref: str | None, place: Place) -> bool:
        """This function will say whether a type has components."""
        found = self._behind(type_ref, place)
        return isinstance(found, Element) and found.find("itemComponent") is not None and not _is_collection(found)

    def _components(
        self, path: str, element: Element, place: Place, *, depth: int
    ) -> Iterator[tuple[str, Type, AnyOf | None]]:
        if _is_collection(element):
            raise place.refuse(f"'{path}' is a collection", cure="give one fact for each thing that is asked")
        if depth > DEPTH_MAX:
            raise place.refuse(f"'{path}' is a structure over {DEPTH_MAX} deep", cure="flatten it")
        if element.find("itemComponent") is not None:
            for component in element.findall("itemComponent"):
                below = f"{path}.{component.get('name', '')}"
                yield from self._components(below, component, place, depth=depth + 1)
            return
        type_ref = element.findtext("typeRef")
        found = self._behind(type_ref, place)
        if isinstance(found, Element):
            yield from self._components(path, found, place, depth=depth + 1)
        elif found is None:
            raise place.refuse(f"'{path}' has no type", cure=CURE)
        else:
            yield path, found, _allowed(element, found, place) or self._domain(type_ref, found, place)

    def _domain(self, type_ref: str | None, kind: Type, place: Place) -> AnyOf | None:
        """This function will return the allowed values of a type of the author's own, the nearest first."""
        seen: set[str] = set()
        while type_ref in self.items and type_ref not in seen:
            seen.add(type_ref)
            if allowed := _allowed(self.items[type_ref], kind, place):
                return allowed
            type_ref = self.items[type_ref].findtext("typeRef")
        return None

    def _behind(self, type_ref: str | None, place: Place) -> Type | Element | None:
        """This function will follow a typeRef to a base type, or to a definition that is more than a new name."""
        seen: set[str] = set()
        while True:
            name = (type_ref or "Any").strip().removeprefix("feel:")
            if name in self.items and name not in seen:
                seen.add(name)
                item = self.items[name]
                if _is_collection(item) or item.find("itemComponent") is not None:
                    return item
                type_ref = item.findtext("typeRef")
                continue
            if name in BASE or name == "Any":
                return BASE.get(name)
            why = "is defined by itself" if name in seen else "is not known"
            raise place.refuse(f"its type '{name}' {why}", cure=CURE)


def _allowed(element: Element, kind: Type, place: Place) -> AnyOf | None:
    return domain(element.find("allowedValues"), kind, place)


def _is_collection(element: Element) -> bool:
    return element.get("isCollection") == "true"


def domain(element: Element | None, kind: Type, place: Place) -> AnyOf | None:
    """This function will read what something can be; None where its author does not say, or says `-`."""
    text = (element.findtext("text") or "").strip() if element is not None else ""
    return sfeel.parse_domain(text, of=kind, place=place) if text not in ("", "-") else None
