"""`dunwell strategy`: read, check, compare, test and change the decision tables that a strategy is made of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from dunwell.cli import conformance, strategy_approval
from dunwell.cli.house import console
from dunwell.cli.pack import dmn_files
from dunwell.cli.rulebooks import Language
from dunwell.facts.errors import DunwellError

# The engines load Ibis, which takes a second: each command loads what it needs when it runs, `--help` never.
if TYPE_CHECKING:
    from dunwell.engine.differences import Difference
    from dunwell.engine.model import DecisionModel

app = typer.Typer(
    help="Strategies: show, check, compare, test, edit in a spreadsheet, and their impact.", no_args_is_help=True
)

Strategy = Annotated[Path, typer.Argument(metavar="PATH", help="A .dmn file, or a folder with one or several.")]
Lang = Annotated[Language, typer.Option("--lang", help="The language of the words.")]


@app.command()
def show(
    path: Strategy,
    decision: Annotated[str, typer.Option(help="Only this decision.")] = "",
    lang: Lang = Language.EN,
) -> None:
    """Show the tables: what requires what, then every decision with its rules.

    Example: dunwell strategy show strategies/segment --decision grade
    """
    from dunwell.cli import strategy_view
    from dunwell.engine import dmn

    models = [(file, dmn.load(file)) for file in dmn_files(path)]
    if decision:
        known = [(file, model) for file, model in models if decision in {one.name for one in model.decisions}]
        models = known or models[:1]
    for file, model in models:
        strategy_view.model(model, file=str(file), only=decision, lang=lang)


@app.command()
def check(path: Strategy, lang: Lang = Language.EN) -> None:
    """Look for gaps, overlaps, rules that never fire and values nobody allows; each finding with a row that shows it.

    Ends with 1 if there is an error. Example: dunwell strategy check strategies
    """
    from dunwell.cli import strategy_view
    from dunwell.engine import dmn
    from dunwell.engine.checks.check import check as check_model

    counts = dict.fromkeys(("error", "warning", "note"), 0)
    files = dmn_files(path)
    for file in files:
        found = check_model(dmn.load(file))
        strategy_view.findings(found, file=file.name, lang=lang)
        for finding in found:
            counts[finding.severity] += 1
    said = ", ".join(f"{count} {name}{'s' * (count != 1)}" for name, count in counts.items())
    console.print(f"{len(files)} file{'s' * (len(files) != 1)}: {said}", highlight=False)
    if counts["error"]:
        raise typer.Exit(1)


@app.command()
def diff(
    a: Annotated[
        str, typer.Argument(metavar="A", help="A .dmn file, a folder, or a day whose plan kept its strategies.")
    ],
    b: Annotated[str, typer.Argument(metavar="B", help="The same, in its newer version.")],
    lang: Lang = Language.EN,
) -> None:
    """Say in words what changed between two versions of strategies.

    Example: dunwell strategy diff 2026-11-20 strategies
    """
    from dunwell.cli import strategy_view

    old, new = _version(a), _version(b)
    count = 0
    for name, before, after in _pairs(old, new):
        told = [one.sentence(lang) for one in _differences(before, after, lang=lang)]
        if told:
            console.print(f"[bold]{escape(name)}[/]", highlight=False)
        count += strategy_view.changes(told)
    count += strategy_view.changes(_other_files(old, new, lang=lang))
    same = "没有变化" if lang is Language.ZH else "nothing has changed"
    told_count = f"{count} 处变化" if lang is Language.ZH else f"{count} changes"
    console.print(told_count if count else same, highlight=False)


@app.command("test")
def run_cases(path: Strategy) -> None:
    """Run the cases beside each strategy on both engines; a case that fails is told with what the rules saw.

    Ends with 1 if a case fails. Example: dunwell strategy test strategies
    """
    from dunwell.cli import strategy_view
    from dunwell.engine import cases

    found = [(file, cases.beside(file)) for file in dmn_files(path)]
    if not any(beside for _file, beside in found):
        raise DunwellError("there are no cases", place=str(path), cure="write cases.csv beside the .dmn file")
    failed = False
    for file, beside in found:
        if beside is None:
            console.print(f"[yellow]no cases[/]  [dim]{escape(str(file))}[/]", highlight=False)
            continue
        report = cases.run(file, beside)
        strategy_view.report(report)
        failed = failed or bool(report.failures)
    if failed:
        raise typer.Exit(1)


@app.command("format")
def format_files(
    path: Strategy,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; end with 1 if a file would change.")] = False,
) -> None:
    """Write DMN files in their canonical form: DMN 1.3, an id on everything, one cell on one line.

    Example: dunwell strategy format strategies --check
    """
    from dunwell.engine.writing.canonical import canonical

    changed = 0
    for file in dmn_files(path):
        text = canonical(file)
        if file.read_bytes() == text.encode():
            continue
        changed += 1
        if not check:
            _refuse_other_meaning(file, text)
            replace_file(file, text)
        console.print(
            f"{'would change' if check else 'formatted'} {escape(str(file))}", highlight=False, soft_wrap=True
        )
    if not changed:
        console.print("all files are in canonical form")
    if check and changed:
        raise typer.Exit(1)


@app.command("export")
def export_workbook(
    path: Strategy,
    xlsx: Annotated[Path, typer.Option(help="The workbook to write; a folder if PATH holds several strategies.")],
) -> None:
    """Write a strategy as a workbook: one sheet a decision table, ready to be edited.

    Example: dunwell strategy export strategies/segment --xlsx segment.xlsx
    """
    from dunwell.engine.workbook.exporting import export

    files = dmn_files(path)
    if len(files) > 1 and xlsx.suffix:
        cure = "name one .dmn file, or a folder to write one workbook for each"
        raise DunwellError(f"{path} holds {len(files)} strategies, and {xlsx.name} is one workbook", cure=cure)
    for file in files:
        target = xlsx if xlsx.suffix else xlsx / f"{file.stem}.xlsx"
        sheets = export(file, target)
        names = ", ".join(sheet.title for sheet in sheets) or "no tables"
        console.print(f"wrote {escape(str(target))}: {escape(names)}", highlight=False)


@app.command("import")
def import_workbook(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The .dmn file, or the folder that holds it.")],
    xlsx: Annotated[Path, typer.Option(help="The workbook that `strategy export` wrote, edited.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and write nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Undo what changed in the file since the export.")] = False,
    lang: Lang = Language.EN,
) -> None:
    """Bring an edited workbook back into its DMN file, and say what changed.

    Example: dunwell strategy import strategies/segment --xlsx segment.xlsx --dry-run
    """
    from dunwell.cli import strategy_view
    from dunwell.engine.workbook.importing import import_workbook as read_workbook

    file = _target(xlsx, path)
    found = read_workbook(xlsx, into=file, force=force)
    count = strategy_view.changes(one.sentence(lang) for one in found.differences)
    same = file.read_bytes() == found.text.encode()
    if not (dry_run or same):
        replace_file(file, found.text)
    state = "unchanged" if same else "would be written" if dry_run else "written"
    console.print(f"{count} changes; {escape(str(file))} {state}", highlight=False, soft_wrap=True)


@app.command()
def impact(
    a: Annotated[str, typer.Argument(metavar="A", help="A folder of strategies, one .dmn file, or the day of a plan.")],
    b: Annotated[str, typer.Argument(metavar="B", help="The other version; a single file replaces its namesake.")],
    as_of: Annotated[str, typer.Option("--as-of", help="The day, YYYY-MM-DD; today if omitted.")] = "",
    csv: Annotated[Path | None, typer.Option(help="Write every customer that changes to this file.")] = None,
    lang: Lang = Language.EN,
) -> None:
    """Say how many customers change segment or treatment, and by how much money; nothing is planned or saved.

    Example: dunwell strategy impact strategies draft/segment.dmn --as-of 2026-11-20 --csv changed.csv
    """
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from dunwell.cli import strategy_view
    from dunwell.cli.house import open_house
    from dunwell.cli.plan import read_day

    day, versions = read_day(as_of), (_version(a), _version(b))
    open_house()
    from dunwell.lab.impact import compare

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("impact", total=None)
        found = compare(
            *versions, as_of=day, csv=csv, progress=lambda step: bar.update(task, description=f"impact: {step}")
        )
    strategy_view.impact(found, lang=lang)
    if csv:
        console.print(f"wrote {escape(str(csv))}", highlight=False)


# Files


def replace_file(file: Path, text: str) -> None:
    """This function will write the text beside the file and then put it in its place, so that no half file is seen."""
    draft = file.with_name(f".{file.name}.draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(file)


def _version(text: str) -> Path:
    """This function will find strategies by path, or by the day (or name) of a plan whose run kept its own."""
    from dunwell import database

    path = Path(text)
    if not path.exists():
        kept = sorted((database.home() / "runs").glob(f"{text}*"), key=lambda run: run.stat().st_mtime)
        if not kept:
            cure = "name a .dmn file, a folder, or a day for which a plan was made"
            raise DunwellError("there are no strategies", place=text, cure=cure)
        path = kept[-1]
    for inner in ("definitions", "strategies"):
        path = path / inner if (path / inner).is_dir() else path
    return path


def _pairs(old: Path, new: Path) -> Iterator[tuple[str, Path | None, Path | None]]:
    """This function will pair files by their place in the two folders; two files are always a pair."""
    if old.is_file() and new.is_file():
        yield new.name, old, new
        return
    before, after = _named(old), _named(new)
    if old.is_file() or new.is_file():
        [single] = (before if old.is_file() else after).keys()
        before = {name: file for name, file in before.items() if Path(name).name == Path(single).name}
        after = {name: file for name, file in after.items() if Path(name).name == Path(single).name}
        if len(before) == len(after) == 1:
            yield single, next(iter(before.values())), next(iter(after.values()))
            return
    for name in sorted(before.keys() | after.keys()):
        yield name, before.get(name), after.get(name)


def _named(path: Path) -> dict[str, Path]:
    return {file.name if path.is_file() else file.relative_to(path).as_posix(): file for file in dmn_files(path)}


def _differences(before: Path | None, after: Path | None, *, lang: Language) -> list[Difference]:
    from dunwell.engine import dmn
    from dunwell.engine.differences import Difference, Spot, differences

    if before is None or after is None:
        words = ("the file is new", "新文件") if before is None else ("the file is gone", "文件已删除")
        return [Difference("file", Spot(), *words)]
    return differences(dmn.load(before), dmn.load(after))


def _other_files(old: Path, new: Path, *, lang: Language) -> Iterator[str]:
    """This function will name what else differs between two folders: the catalogue, the cases, the words."""
    if old.is_file() or new.is_file():
        return
    before, after = ({path.relative_to(top).as_posix(): path for path in _visible(top)} for top in (old, new))
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield f"{name}：文件已删除" if lang is Language.ZH else f"{name}: the file is gone"
        elif name not in before:
            yield f"{name}：新文件" if lang is Language.ZH else f"{name}: the file is new"
        elif before[name].read_bytes() != after[name].read_bytes():
            words = (
                "内容不同（非决策表，请按文本比较）"
                if lang is Language.ZH
                else "differs; it is no table: compare it as text"
            )
            yield f"{name}{'：' if lang is Language.ZH else ': '}{words}"


def _visible(top: Path) -> Iterator[Path]:
    for path in top.rglob("*"):
        if path.is_file() and path.suffix != ".dmn" and not any(p.startswith(".") for p in path.relative_to(top).parts):
            yield path


def _target(workbook: Path, into: Path) -> Path:
    files = dmn_files(into)
    named = [file for file in files if file.stem == workbook.stem] if len(files) > 1 else files
    if len(named) != 1:
        cure = f"name the file: {files[0]}"
        raise DunwellError(f"{into} holds {len(files)} strategies", place="PATH", cure=cure)
    return named[0]


def _refuse_other_meaning(file: Path, text: str) -> None:
    """This function will stop before a file is written that would decide otherwise than the one it replaces."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        draft = Path(folder) / file.name
        draft.write_text(text, encoding="utf-8")
        before = _nameless(file)
        if before is not None and before != _nameless(draft):
            raise RuntimeError(f"the canonical form of {file} decides otherwise: nothing was written")


def _nameless(file: Path) -> DecisionModel | None:
    """This function will load a file without the ids of its rules, which are given to rules that have none."""
    from dataclasses import replace

    from dunwell.engine import dmn
    from dunwell.engine.model import DecisionTable, ModelError

    try:
        model = dmn.load(file)
    except ModelError:
        return None
    bare = []
    for decision in model.decisions:
        logic = decision.logic
        if isinstance(logic, DecisionTable):
            logic = replace(logic, rules=tuple(replace(rule, id="") for rule in logic.rules))
        bare.append(replace(decision, logic=logic))
    return replace(model, decisions=tuple(bare))


app.command("tck")(conformance.tck)
app.command()(strategy_approval.submit)
app.command()(strategy_approval.approve)
app.command()(strategy_approval.refuse)
app.command()(strategy_approval.status)
