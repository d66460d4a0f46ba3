"""Reading a mapping file: every fault names the file, the place inside it, and the cure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from dunwell import database
from dunwell.facts.errors import DunwellError
from dunwell.intake.mapping.checking import UnfitError, recipe_of
from dunwell.intake.mapping.document import Document
from dunwell.intake.mapping.recipe import Recipe

FOLDER = database.ROOT / "mappings"
EACH_MAX = 1_000


@dataclass(frozen=True)
class Mapping:
    """A mapping that was read and understood."""

    document: Document
    recipe: Recipe
    # SHA-256 of the file: a changed mapping makes another import of the same file.
    digest: str
    path: Path


class _Loader(yaml.BaseLoader):
    """Every scalar is text: no word turns into a truth value, no amount into a float. A key stands once."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key) for key, _ in node.value]
        for key, (place, _) in zip(keys, node.value, strict=True):
            if keys.count(key) > 1:
                raise yaml.MarkedYAMLError(problem=f"the key {key!r} stands twice", problem_mark=place.start_mark)
        return super().construct_mapping(node, deep=deep)


def folder_names(folder: Path = FOLDER) -> list[str]:
    """This function will list the mappings by name."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def find(name: str, *, folder: Path = FOLDER) -> Mapping:
    """This function will read a mapping by its name in `mappings/`, or by the path of its file."""
    path = Path(name) if name.endswith((".yaml", ".yml")) else folder / f"{name}.yaml"
    if path.is_file():
        return read(path)
    known = folder_names(folder)
    close = suggested(name, among=known)
    raise DunwellError(
        f"there is no mapping {name!r}",
        place=str(path),
        cure=close or f"write one of {', '.join(known) or '(none yet)'}",
    )


def suggested(name: str, *, among: Iterable[str]) -> str:
    """This function will ask whether a name that is close was meant; '' where none is."""
    close = get_close_matches(name, list(among), n=1, cutoff=0.6)
    return f"did you mean {close[0]}?" if close else ""


def read(path: Path) -> Mapping:
    """This function will read, check and look up one mapping file."""
    content = path.read_bytes()
    raw = _parse(content, path=path)
    try:
        document = Document.model_validate(_written_out(raw))
        recipe = recipe_of(document)
    except ValidationError as error:
        raise _shown(error, path=path) from None
    except UnfitError as unfit:
        raise DunwellError(unfit.problem, place=f"{path}: {unfit.place}", cure=unfit.cure) from None
    if document.name != path.stem:
        raise DunwellError(f"its name is {document.name!r}", place=f"{path}: name", cure=f"write name: {path.stem}")
    return Mapping(document, recipe, sha256(content).hexdigest(), path)


def _parse(content: bytes, *, path: Path) -> Any:
    try:
        raw = yaml.load(content.decode("utf-8-sig"), Loader=_Loader)  # noqa: S506 - all scalars stay text.
    except UnicodeDecodeError:
        raise DunwellError("not UTF-8 text", place=str(path), cure="save the file as UTF-8") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}, line {mark.line + 1}" if mark else str(path)
        problem = getattr(error, "problem", None) or "not valid YAML"
        raise DunwellError(str(problem), place=place, cure="check indentation, quotes and keys") from None
    if not isinstance(raw, dict):
        raise DunwellError("it holds no mapping", place=str(path), cure="begin with name:, source:, kind: …")
    return raw


# ---- each -----------------------------------------------------------------------------------------------------------


def _written_out(raw: dict[str, Any]) -> dict[str, Any]:
    """This function will repeat every entry that has `each`, with {n} replaced by each of its values."""
    facts = raw.get("facts")
    if not isinstance(facts, list):
        return raw
    repeated = [copy for place, entry in enumerate(facts) for copy in _repeated(entry, place=f"facts[{place}]")]
    return {**raw, "facts": repeated}


def _repeated(entry: Any, *, place: str) -> list[Any]:
    if not isinstance(entry, dict) or "each" not in entry:
        return [entry]
    rest = {key: value for key, value in entry.items() if key != "each"}
    return [_replaced(rest, turn=turn) for turn in _turns(entry["each"], place=place)]


def _turns(each: Any, *, place: str) -> list[dict[str, str]]:
    """This function will walk the lists of `each` side by side."""
    if not isinstance(each, dict) or not all(isinstance(values, list) and values for values in each.values()):
        raise UnfitError(f"{place}.each", "not lists by name", "write each: {n: [1, 2, 3]}")
    lengths = {len(values) for values in each.values()}
    if len(lengths) != 1 or max(lengths) > EACH_MAX:
        raise UnfitError(
            f"{place}.each",
            f"the lists have {sorted(lengths)} items",
            "give them one length: they are walked side by side",
        )
    return [dict(zip(each, turn, strict=True)) for turn in zip(*each.values(), strict=True)]


def _replaced(value: Any, *, turn: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {_replaced(key, turn=turn): _replaced(item, turn=turn) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, turn=turn) for item in value]
    for name, text in turn.items():
        value = value.replace("{" + name + "}", str(text))
    return value


# ---- faults ---------------------------------------------------------------------------------------------------------


def _shown(error: ValidationError, *, path: Path) -> DunwellError:
    """This function will show the first fault of the file as people read it."""
    first = error.errors()[0]
    message = first["msg"].removeprefix("Value error, ")
    cure = f"mend this entry ({error.error_count()} fault(s) in the file)"
    if first["type"] == "extra_forbidden":
        message = f"unknown key {first['loc'][-1]!r}"
        allowed = _allowed_keys(first["loc"])
        cure = (
            suggested(str(first["loc"][-1]), among=allowed) or f"use one of {', '.join(allowed)}"
            if allowed
            else "remove it"
        )
    return DunwellError(message, place=f"{path}: {_place(first['loc'])}", cure=cure)


def _place(parts: tuple[int | str, ...]) -> str:
    """This function will write the way to a fault without the tags that only pydantic needs."""
    text = ""
    for turn, part in enumerate(parts):
        if isinstance(part, int):
            text += f"[{part}]"
        elif not _is_tag(parts, turn):
            text += f".{part}" if text else part
    return text or "the whole file"


def _is_tag(parts: tuple[int | str, ...], turn: int) -> bool:
    """This function will tell the kind of a column or expression, which follows its name, from a key of the file."""
    before = parts[:turn]
    if before[-1:] == ("expression",) or (before and isinstance(before[-1], int) and "fields" in before):
        return True
    if len(before) >= 2 and before[-2] in ("columns", "derived", "fields"):
        return True
    return bool(before) and isinstance(before[-1], int) and "derived" in before


@cache
def _known_keys() -> dict[str, list[str]]:
    from dunwell.intake.mapping import columns, document

    models = {name: model for module in (columns, document) for name, model in vars(module).items()}
    return {
        name: list(model.model_fields)
        for name, model in models.items()
        if isinstance(model, type) and hasattr(model, "model_fields")
    }


def _allowed_keys(parts: tuple[int | str, ...]) -> list[str]:
    known = _known_keys()
    if len(parts) == 1:
        return [*known["Document"]]
    top = {"format": "Format", "about": "Words"}.get(str(parts[0]))
    if top:
        return known[top]
    if parts[0] == "columns" and len(parts) > 2:
        return known.get(str(parts[2]).capitalize(), [])
    if parts[0] == "facts" and len(parts) == 3:
        return [*known["Entry"], "each"]
    return known["When"] if "when" in parts else []
