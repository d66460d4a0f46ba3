"""The commands of `dunwell`: the page that lists them, written from the commands themselves, and what pages quote."""

from __future__ import annotations

import enum
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from rich.text import Text

from tools.documents.page import Page
from tools.fault import Fault

CLI_PAGE = "docs/reference/cli.md"
HEAD = """# Commands

Written from the commands themselves by `python tools/docs_check.py --write`; `dunwell COMMAND --help` shows the same.
"""
# What Typer adds to every application.
TYPERS_OWN = frozenset({"help", "install_completion", "show_completion"})
SHELL = re.compile(r"^(?:[|&;<>]+|\d?>.*|#.*)$")
PLACEHOLDER = re.compile(r"^(?:…|\.\.\.|[A-Z_]+|<.+>|\[.*|\{.*)$")


@dataclass(frozen=True)
class Parameter:
    """An option or argument as people type it."""

    names: tuple[str, ...]
    is_option: bool
    required: bool
    takes: str
    help: str
    default: str


@dataclass(frozen=True)
class Command:
    """A command or group of commands, by the words that reach it."""

    words: tuple[str, ...]
    help: str
    is_group: bool
    parameters: tuple[Parameter, ...]

    @property
    def options(self) -> set[str]:
        return {name for parameter in self.parameters if parameter.is_option for name in parameter.names}


def shown_default(value: object) -> str:
    """This function will write a default value as it may be typed, and nothing where it depends on the machine."""
    if value is None or value is False or callable(value) or (isinstance(value, Path) and value.is_absolute()):
        return ""
    if isinstance(value, enum.Enum):
        return str(value.value)
    return "on" if value is True else str(value)


def parameter(raw: Any, *, context: typer.Context) -> Parameter:
    """This function will read what Typer knows of a parameter."""
    is_option = raw.param_type_name == "option"
    takes = raw.metavar or raw.display_type(context).strip("<>").replace("|", " / ")
    return Parameter(
        names=(*raw.opts, *raw.secondary_opts) if is_option else (raw.metavar or raw.name.upper(),),
        is_option=is_option,
        required=bool(raw.required),
        takes="" if getattr(raw, "is_flag", False) else takes,
        help=plain(raw.help or ""),
        default=shown_default(raw.default),
    )


def plain(text: str) -> str:
    """This function will take Rich's marks out of a help text and put each paragraph on one line."""
    paragraphs = re.split(r"\n\s*\n", Text.from_markup(text.replace("\b", "").replace("\f", "")).plain.strip())
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def walk(raw: Any, *, words: tuple[str, ...]) -> Iterator[Command]:
    """This function will give a command, and all commands below it, in the order of their names."""
    children: dict[str, Any] = getattr(raw, "commands", {})
    context = typer.Context(raw)
    shown = [one for one in raw.params if one.name not in TYPERS_OWN and not one.hidden]
    parameters = tuple(parameter(one, context=context) for one in shown)
    yield Command(words, plain(raw.help or ""), bool(children), parameters)
    for name in sorted(children):
        if not children[name].hidden:
            yield from walk(children[name], words=(*words, name))


def commands(app: typer.Typer) -> dict[tuple[str, ...], Command]:
    """This function will list the commands of an application by their words; the first is the application itself."""
    if not app.registered_commands and not app.registered_groups:
        return {("dunwell",): Command(("dunwell",), plain(str(app.info.help or "")), True, ())}
    return {command.words: command for command in walk(typer.main.get_command(app), words=("dunwell",))}


def usage(command: Command) -> str:
    arguments = [
        parameter.names[0] if parameter.required else f"[{parameter.names[0]}]"
        for parameter in command.parameters
        if not parameter.is_option
    ]
    options = ["[OPTIONS]"] if command.options else []
    return " ".join([*command.words, *options, *arguments, *(["COMMAND"] if command.is_group else [])])


def row(parameter: Parameter) -> str:
    name = ", ".join(f"`{name}`" for name in parameter.names)
    meaning = parameter.help.replace("\n\n", " ").replace("|", "\\|")
    default = "required" if parameter.required else f"`{parameter.default}`" if parameter.default else ""
    return f"| {name} | {parameter.takes} | {meaning} | {default} |".replace("|  |", "| |")


def cli_page(known: dict[tuple[str, ...], Command]) -> str:
    """This function will write the page of commands."""
    parts = [HEAD]
    for command in known.values():
        parts.append(f"\n## {' '.join(command.words)}\n\n```\n{usage(command)}\n```\n")
        if command.help:
            parts.append(f"\n{command.help}\n")
        if command.parameters:
            rows = "\n".join(row(parameter) for parameter in command.parameters)
            parts.append(f"\n| Argument or option | Takes | Meaning | Default |\n|---|---|---|---|\n{rows}\n")
    return "".join(parts)


def without_help(known: dict[tuple[str, ...], Command]) -> Iterator[Fault]:
    """This function will find commands and options that do not say what they are for."""
    for command in known.values():
        name = " ".join(command.words)
        if not command.help:
            yield Fault("dunwell/cli", 1, "help", f"«{name}» has no help", "give it a sentence of help")
        for parameter in command.parameters:
            if not parameter.help:
                yield Fault("dunwell/cli", 1, "help", f"«{name} {parameter.names[0]}» has no help", "give it help=…")


def typed(text: str) -> list[str] | None:
    """This function will give the words after `dunwell` where the text is such a command, up to a pipe or the like."""
    found = re.match(r"\s*(?:\$ )?(?:\w+=\S* )*(?:\S*/)?dunwell(?=\s|$)(.*)", text)
    if not found:
        return None
    try:
        words = shlex.split(found.group(1).rstrip("\\"), comments=True)
    except ValueError:
        words = found.group(1).split()
    return words[: next((n for n, word in enumerate(words) if SHELL.match(word)), len(words))]


def wrong_word(words: list[str], *, known: dict[tuple[str, ...], Command]) -> str:
    """This function will tell what in a typed command does not exist; nothing if all of it does."""
    here = known[("dunwell",)]
    for word in words:
        if word.startswith("-") and len(word) > 1:
            option = word.split("=")[0]
            if option not in here.options | {"--help"} and not re.match(r"-\d", word):
                return f"«{' '.join(here.words)}» has no option {option}"
        elif here.is_group and not PLACEHOLDER.match(word):
            if (*here.words, word) not in known:
                return f"«{' '.join(here.words)}» has no command {word}"
            here = known[*here.words, word]
    return ""


def misquoted(pages: dict[str, Page], *, known: dict[tuple[str, ...], Command]) -> Iterator[Fault]:
    """This function will find commands quoted in a page that nobody could type."""
    for page in pages.values():
        for line, text in page.quoted():
            words = typed(text)
            if words and (wrong := wrong_word(words, known=known)):
                yield Fault(page.path, line, "command", wrong, f"see {CLI_PAGE}")
