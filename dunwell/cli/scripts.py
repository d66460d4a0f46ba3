"""The scripts from a terminal: whether they may be used, and whether a text or recording is what it should be."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from dunwell.cli.house import console, today
from dunwell.cli.rulebooks import RULEBOOKS, Lang, Language, Root
from dunwell.database import ROOT
from dunwell.facts.errors import DunwellError

# The rules stand on Ibis, which takes a second to load: each command loads them when it runs, `--help` never.
if TYPE_CHECKING:
    from dunwell.compliance.content.scripts import Fault, Script, Use

app = typer.Typer(help="The scripts: what may be said, and what was said.", no_args_is_help=True)

SCRIPTS = ROOT / "scripts"
TREATMENTS = ROOT / "strategies" / "treatments.yaml"
ELEMENTS = ("identity", "amount", "payment", "consequence", "help", "opt_out")
FILE_BYTES_MAX = 1_000_000


class Kind(StrEnum):
    MESSAGE = "message"
    RECORDING = "recording"


@app.command()
def check(
    path: Annotated[Path, typer.Argument(help="A script, or a folder of scripts.")] = SCRIPTS,
    lang: Lang = Language.EN,
    rulebooks: Root = RULEBOOKS,
) -> None:
    """Check every script as a template and filled in: its elements, and what it must not say; a finding ends with 1.

    Example: dunwell scripts check scripts/reminder.yaml --lang zh
    """
    from dunwell.compliance.content.scripts import check_script, read_scripts
    from dunwell.compliance.rulebook.reading import load

    book, uses = load((rulebooks,)), _uses()
    table = Table("script", "language", *(name.replace("_", " ") for name in ELEMENTS), "findings")
    told: list[tuple[Script, Fault]] = []
    scripts = read_scripts(path)
    for script in scripts:
        faults = check_script(script, rulebook=book, uses=_uses_of(script, uses=uses), on=today())
        told += [(script, fault) for fault in faults]
        for row in _rows(script, faults=faults):
            table.add_row(*row)
    console.print(table)
    for script, fault in told:
        where = f"{script.place}, {fault.language}, {fault.form}, {fault.rule}"
        console.print(f"[red]{escape(where)}[/]: {escape(fault.sentence(lang))}", highlight=False, soft_wrap=True)
    console.print(f"{len(scripts)} scripts, {len(told)} findings")
    if told:
        raise typer.Exit(1)


def _rows(script: Script, *, faults: list[Fault]) -> Iterator[tuple[str, ...]]:
    from dunwell.compliance.content.elements import missing

    for language, text in script.texts.items():
        ticks = ("–" if missing(text, elements=[name], template=True) else "✓" for name in ELEMENTS)
        yield script.name, language, *ticks, str(sum(fault.language == language for fault in faults))


def _uses() -> Mapping[str, set[Use]]:
    """This function will tell by which channel, and by whom, the house's treatments say each script."""
    from dunwell.decide.rules import load_catalogue

    found: dict[str, set[Use]] = {}
    for treatment in load_catalogue(TREATMENTS).treatments:
        for script in (treatment.script, *(wording.script for wording in treatment.families.values())):
            found.setdefault(script, set()).add((treatment.channel, treatment.actor))
    return found


def _uses_of(script: Script, *, uses: Mapping[str, set[Use]]) -> list[Use]:
    from dunwell.compliance.content.scripts import ANYWHERE

    return sorted(uses.get(script.name, set(ANYWHERE)))


@app.command()
def judge(
    file: Annotated[Path, typer.Argument(help="A text, or many as JSON lines with id and text (.jsonl).")],
    kind: Annotated[Kind, typer.Option("--as", help="What it is.")] = Kind.MESSAGE,
    channel: Annotated[str, typer.Option(help="By which channel a message goes.")] = "sms",
    script: Annotated[str | None, typer.Option(help="From which script a message was made.")] = None,
    arrived: Annotated[
        bool | None, typer.Option("--arrived/--not-arrived", help="Whether a message reached the customer, if known.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON for each text.")] = False,
    lang: Lang = Language.EN,
    rulebooks: Root = RULEBOOKS,
) -> None:
    """Judge what will be or was said: what is forbidden or missing, and what it proves; a finding ends with 1.

    Example: dunwell scripts judge call.txt --as recording
    """
    from dunwell.compliance.rulebook.reading import load

    book = load((rulebooks,))
    clean = True
    for name, text in _texts(file):
        if kind is Kind.MESSAGE:
            told = _message(text, book=book, channel=channel, script=script, arrived=arrived)
        else:
            told = _recording(text)
        clean = clean and not told["findings"]
        _show({"id": name, "as": kind.value, **told}, as_json=as_json, lang=lang)
    if not clean:
        raise typer.Exit(1)


def _texts(file: Path) -> Iterator[tuple[str, str]]:
    """This function will read one text, or one for each line of JSON."""
    try:
        if file.stat().st_size > FILE_BYTES_MAX:
            raise DunwellError("the file is too large", place=str(file), cure="judge its parts one by one")
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DunwellError("there is no such file", place=str(file), cure="give a file with a text") from None
    except UnicodeDecodeError:
        raise DunwellError("the file is not UTF-8", place=str(file), cure="save it as UTF-8") from None
    if file.suffix != ".jsonl":
        yield file.stem, text
        return
    for number, line in enumerate(text.splitlines(), start=1):
        yield _line(line, place=f"{file}, line {number}")


def _line(line: str, *, place: str) -> tuple[str, str]:
    cure = 'write {"id": "…", "text": "…"} on each line'
    try:
        told = json.loads(line)
    except json.JSONDecodeError as error:
        raise DunwellError(f"not JSON: {error.msg}", place=place, cure=cure) from None
    if not isinstance(told, dict) or not isinstance(told.get("text"), str):
        raise DunwellError("it holds no text", place=place, cure=cure)
    return str(told.get("id", place)), told["text"]


def _message(text: str, *, book: Any, channel: str, script: str | None, arrived: bool | None) -> dict[str, Any]:
    from dunwell.compliance.content.evidence import judge_message
    from dunwell.compliance.content.scripts import check_message

    proof = judge_message(text, arrived=arrived)
    faults = check_message(text, rulebook=book, use=(channel, "robot"), script=script, on=today())
    findings = [{"rule": fault.rule, "en": fault.en, "zh": fault.zh} for fault in faults]
    elements = {"identity": proof.identity, "debt": proof.debt, "deadline": proof.deadline}
    return {**elements, "demand": proof.demand.value, "findings": findings}


def _recording(text: str) -> dict[str, Any]:
    from dunwell.compliance.content.evidence import judge_recording, ours
    from dunwell.compliance.content.forbidden import forbidden

    proof = judge_recording(text)
    claims = forbidden(ours(text), on=today())
    findings = [{"rule": "G4", "en": lack.en, "zh": lack.zh} for lack in proof.lacks()]
    findings += [
        {"rule": "G6", "en": f"«{each.words}»: {each.en}", "zh": f"“{each.words}”：{each.zh}"} for each in claims
    ]
    if proof.told_too_early:
        en, zh = "the debt was told before it was confirmed who listens", "未确认身份即告知欠款"
        findings.append({"rule": "G3-opening", "en": en, "zh": zh})
    elements = {"identity": proof.identity, "debt": proof.debt, "deadline": proof.deadline}
    return {**elements, "counts": proof.counts, "demand": proof.demand.value, "findings": findings}


def _show(told: dict[str, Any], *, as_json: bool, lang: Language) -> None:
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    said = ", ".join(f"{name} {_word(value)}" for name, value in told.items() if name not in ("id", "as", "findings"))
    console.print(f"[bold]{escape(told['id'])}[/] {escape(said)}", highlight=False, soft_wrap=True)
    for finding in told["findings"]:
        console.print(f"  [red]{finding['rule']}[/] {escape(finding[lang.value])}", highlight=False, soft_wrap=True)


def _word(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
