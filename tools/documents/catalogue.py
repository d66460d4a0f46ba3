"""The page that lists the data people own: mappings, rulebooks, strategies, treatments, scripts, scorecards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml
from defusedxml import ElementTree

CATALOGUE_PAGE = "docs/reference/catalogue.md"
HEAD = """# What people own

Law, policy, strategy, words and mappings are data beside the code, each with the cases that test it. This page is
written from the files themselves by `python tools/docs_check.py --write`.
"""


@dataclass(frozen=True)
class Item:
    """One thing that people own: what it is called and what it is, in both languages where it has them."""

    name: str
    path: str
    en: str
    zh: str


def words(data: dict[str, Any], *, otherwise: str) -> tuple[str, str]:
    """This function will find what a file says about itself, in English and Chinese."""
    said = next((data[key] for key in ("about", "title", "name") if data.get(key)), otherwise)
    if isinstance(said, dict):
        return one_line(said.get("en", "")), one_line(said.get("zh", ""))
    return one_line(said), ""


def one_line(text: object) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")


def first_comment(text: str) -> str:
    """This function will give the comment at the head of a file up to its first full stop."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("# "))
    return " ".join(lines).split(". ")[0].removesuffix(".")


def load(path: Path) -> dict[str, Any]:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    return data if isinstance(data, dict) else {}


def yaml_item(root: Path, *, path: str, name: str) -> Item:
    data = load(root / path)
    en, zh = words(data, otherwise=first_comment((root / path).read_text(encoding="utf-8")))
    return Item(name, path, en, zh)


def decisions(root: Path, *, path: str) -> Iterator[Item]:
    """This function will give the decisions of a DMN file."""
    tree = ElementTree.parse(root / path).getroot()
    for node in () if tree is None else tree.iterfind("{*}decision"):
        said = node.findtext("{*}description") or node.get("name") or ""
        yield Item(node.get("id", ""), path, one_line(said), "")


def treatments(root: Path, *, path: str) -> Iterator[Item]:
    for data in load(root / path).get("treatments", []):
        en, zh = words(data, otherwise="")
        kind = f"{data.get('channel', '')}, {data.get('actor', '')}, script `{data.get('script', '')}`"
        yield Item(str(data["id"]), path, f"{en} ({kind})", zh)


def sections(root: Path, *, tree: frozenset[str]) -> dict[str, list[Item]]:
    """This function will collect every item by what it is, from the files that the project holds."""
    paths = sorted(tree)
    stem = {path: PurePosixPath(path).stem for path in paths}
    found: dict[str, list[Item]] = {}
    for title, folder in (("Mappings", "mappings/"), ("Scorecards", "scorecards/"), ("Scripts", "scripts/")):
        found[title] = [
            yaml_item(root, path=path, name=stem[path])
            for path in paths
            if path.startswith(folder) and path.endswith(".yaml") and "cases" not in stem[path]
        ]
    found["Rulebooks"] = [
        yaml_item(root, path=path, name=path.removeprefix("rulebooks/").removesuffix("/rules.yaml"))
        for path in paths
        if path.startswith("rulebooks/") and path.endswith("/rules.yaml")
    ]
    strategies = [path for path in paths if path.startswith("strategies/")]
    found["Decisions"] = [item for path in strategies if path.endswith(".dmn") for item in decisions(root, path=path)]
    found["Treatments"] = [
        item for path in strategies if path.endswith("treatments.yaml") for item in treatments(root, path=path)
    ]
    found["Settings of strategies"] = [
        yaml_item(root, path=path, name=stem[path])
        for path in strategies
        if path.endswith(".yaml") and "cases" not in stem[path]
    ]
    return {title: items for title, items in sorted(found.items()) if items}


def row(item: Item) -> str:
    return f"| `{item.name}` | {item.en} | {item.zh} | [{item.path}](../../{item.path}) |".replace("|  |", "| |")


def catalogue_page(root: Path, *, tree: frozenset[str]) -> str:
    """This function will write the page of what people own."""
    parts = [HEAD]
    for title, items in sections(root, tree=tree).items():
        rows = "\n".join(row(item) for item in items)
        parts.append(f"\n## {title}\n\n| Name | What it is | 中文 | File |\n|---|---|---|---|\n{rows}\n")
    return "".join(parts)
