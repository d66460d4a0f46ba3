"""Reading rulebooks from YAML; an error names the file, the rule, the key and the cure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from dunwell.compliance.rulebook.model import KINDS, Rule, Rulebook, RulebookError
from dunwell.compliance.rulebook.scope import Scope
from dunwell.database import ROOT

RULEBOOKS = ROOT / "rulebooks"
RULES_FILE = "rules.yaml"
# In the topmost folder: which of the rulebooks below it are in force in this house.
HOUSE_FILE = "house.yaml"
# A rulebook is written by hand: a file beyond this is something else.
FILE_BYTES_MAX = 1_000_000

CURES = {
    "missing": "add the key",
    "extra_forbidden": "remove the key or mend its spelling",
    "literal_error": "use one of the values named",
    "string_too_short": "write it out",
    "too_short": "name at least one",
    "string_pattern_mismatch": "follow the form of the other entries",
}


class _Loader(yaml.SafeLoader):
    """YAML that refuses a key written twice, where plain YAML lets the second win in silence.

    Only true and false are booleans in it; plain YAML also takes on, off, yes and no for them.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012 - so is the name in PyYAML
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for position, key in enumerate(keys):
            if key in keys[:position]:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} stands there twice", node.value[position][0].start_mark
                )
        return super().construct_mapping(node, deep)


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


def read_yaml(path: Path) -> Any:
    """This function will read a YAML file strictly."""
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise RulebookError("the file is too large for a rulebook", place=str(path), cure="split it into topics")
        with path.open(encoding="utf-8") as file:
            return yaml.load(file, Loader=_Loader)  # noqa: S506 - it is a safe loader
    except FileNotFoundError:
        raise RulebookError("there is no such file", place=str(path), cure="give a rulebook or a folder") from None
    except UnicodeDecodeError:
        raise RulebookError("the file is not UTF-8", place=str(path), cure="save it as UTF-8") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}, line {mark.line + 1}" if mark else str(path)
        raise RulebookError(
            str(getattr(error, "problem", error)), place=place, cure="mend the YAML; quote texts with colons"
        ) from None


def load(paths: Sequence[Path] = (RULEBOOKS,)) -> Rulebook:
    """This function will read the rulebooks in the files and folders given, folders with all their subfolders.

    A folder with a house file gives only the rulebooks that it names, in the order in which it names them. Otherwise
    a folder's own rules come first, then those of its subfolders by name.
    """
    return _read(file for path in paths for file in _in_force(path))


def load_library(paths: Sequence[Path] = (RULEBOOKS,)) -> Rulebook:
    """This function will read every rulebook there is: those of the house first, then those it only keeps."""
    return _read(file for path in paths for file in (*_in_force(path), *_files(path)))


def _read(files: Iterable[Path]) -> Rulebook:
    return Rulebook.of(rule for file in dict.fromkeys(files) for rule in read_rules(file))


def _in_force(path: Path) -> list[Path]:
    """This function will list the files that the house works by: those it names, all if it names none."""
    house = path / HOUSE_FILE
    if not house.is_file():
        return _files(path)
    told = read_yaml(house)
    layers = told.get("in_force") if isinstance(told, Mapping) else None
    if not isinstance(layers, list) or not layers or set(told) - {"about", "in_force"}:
        cure = "name the rulebooks that are in force, as - cn/general"
        raise RulebookError("it must hold the key in_force, with a list of folders", place=str(house), cure=cure)
    for layer in layers:
        if not isinstance(layer, str) or not (path / layer).is_dir() or ".." in layer:
            having = ", ".join(file.parent.relative_to(path).as_posix() for file in _files(path))
            raise RulebookError(f"there is no rulebook {layer!r}", place=str(house), cure=f"use some of {having}")
    return [file for layer in layers for file in _files(path / layer)]


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(path.rglob(RULES_FILE), key=lambda file: file.parent.parts)
    if not found:
        raise RulebookError(f"no {RULES_FILE} in it", place=str(path), cure="give a folder that holds rulebooks")
    return found


def _layer(file: Path) -> str:
    """This function will name the layer after the last two folders: cn/general."""
    return "/".join(file.resolve().parent.parts[-2:])


def read_rules(file: Path) -> Iterator[Rule]:
    """This function will read the rules of one file."""
    told = read_yaml(file)
    rules = told.get("rules") if isinstance(told, Mapping) else None
    if not isinstance(rules, list) or not rules or set(told) - {"about", "applies", "rules"}:
        raise RulebookError(
            "it must hold the keys about and rules, with a list of rules", place=str(file), cure="see another rulebook"
        )
    scope = _read_scope(told.get("applies"), file=file)
    for position, rule in enumerate(rules, start=1):
        yield _read_rule(rule, file=file, position=position, scope=scope)


def _read_scope(told: Any, *, file: Path) -> Scope | None:
    try:
        return None if told is None else Scope.model_validate(told)
    except ValidationError as error:
        raise wrong(error, place=str(file), above=("applies",)) from None


def _read_rule(told: Any, *, file: Path, position: int, scope: Scope | None) -> Rule:
    if not isinstance(told, Mapping):
        raise RulebookError("is not a rule", place=f"{file}, rule no. {position}", cure="begin it with - id: …")
    name = told.get("id", f"no. {position}")
    place = f"{file}, rule {name}"
    kind = KINDS.get(str(told.get("kind")))
    if kind is None:
        raise RulebookError(
            f"{told.get('kind')!r} is not a kind of rule",
            place=f"{place}, key kind",
            cure=f"use one of {', '.join(KINDS)}",
        )
    try:
        terms = kind.model_validate(told.get("parameters") or {})
    except ValidationError as error:
        raise wrong(error, place=place, above=("parameters",)) from None
    try:
        return Rule.model_validate({**told, "parameters": terms, "applies": scope, "layer": _layer(file)})
    except ValidationError as error:
        raise wrong(error, place=place) from None


def wrong(error: ValidationError, *, place: str, above: Iterable[str] = ()) -> RulebookError:
    """This function will turn the first of pydantic's findings into an error for people."""
    first = error.errors()[0]
    key = ".".join(str(part) for part in (*above, *first["loc"]))
    return RulebookError(
        first["msg"].removeprefix("Value error, "),
        place=f"{place}, key {key}" if key else place,
        cure=CURES.get(first["type"], "mend the value"),
    )
