"""Data that people own (rulebooks, strategies, scorecards, mappings): read it, check it, know its version."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from dunwell.facts.errors import DunwellError

Model = TypeVar("Model", bound=BaseModel)


class Definition(BaseModel):
    """What a definition file says: frozen, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(Definition):
    """A name in the two languages of the house."""

    en: str
    zh: str


def read(path: Path, model: type[Model]) -> Model:
    """This function will read a YAML file into its model; a fault names the file, the place inside and the cure."""
    raw = _parse(path)
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        spot = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise DunwellError(
            first["msg"], place=f"{path}: {spot}", cure=f"mend this entry ({error.error_count()} fault(s) in the file)"
        ) from None


def _parse(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DunwellError("there is no such file", place=str(path), cure="check the name") from None
    except UnicodeDecodeError:
        raise DunwellError("not UTF-8 text", place=str(path), cure="save the file as UTF-8") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise DunwellError("not valid YAML", place=f"{path}{line}", cure="check the indentation and quotes") from None


def version(*folders_or_files: Path) -> str:
    """This function will return a digest of definition files: their names inside the folder and their bytes."""
    digest = sha256()
    for name, path in sorted(_named_files(folders_or_files)):
        content = path.read_bytes()
        digest.update(f"{name}\n{len(content)}\n".encode() + content)
    return digest.hexdigest()


def _named_files(paths: Iterable[Path]) -> Iterable[tuple[str, Path]]:
    for top in paths:
        if top.is_file():
            yield top.name, top
        for path in top.rglob("*") if top.is_dir() else ():
            if path.is_file():
                yield f"{top.name}/{path.relative_to(top).as_posix()}", path
