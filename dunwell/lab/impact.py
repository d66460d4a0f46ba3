"""What another version of the strategies would change: the same day, the same customers, decided by both.

Both are run over one snapshot, in a folder that is thrown away; nothing is planned, saved or recorded.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ibis
from ibis import _

from dunwell.batch import cycle, definitions, snapshot
from dunwell.batch.definitions import Definitions
from dunwell.database import ROOT
from dunwell.decide import frame as decide
from dunwell.facts.errors import DunwellError

Progress = Callable[[str], object]
NAMES = {"A": "before", "B": "after"}
TREATMENT = "treatment"
EXAMPLES_MAX = 5
# What a folder of strategies holds beside its tables; without it, its tables replace their namesakes elsewhere.
CATALOGUE = "treatments.yaml"


@dataclass(frozen=True, slots=True)
class Move:
    """So many customers whom one version decides otherwise than the other; money in the reference currency."""

    decision: str
    before: str
    after: str
    customers: int
    overdue: float
    value: float


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of the whole day under both versions."""

    en: str
    zh: str
    before: float
    after: float
    places: int = 0


@dataclass(frozen=True, slots=True)
class Example:
    """One customer, by the key that the plan uses, and what changes for him."""

    customer: str
    overdue: float
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Impact:
    """The difference between two versions; `one_sided` names the decisions that only one of them has."""

    currency: str
    customers: int
    changed: Mapping[str, tuple[int, float]]
    segments: tuple[Move, ...]
    treatments: tuple[Move, ...]
    totals: tuple[Line, ...]
    examples: tuple[Example, ...]
    one_sided: tuple[str, ...]


def compare(
    a: Path, b: Path, *, as_of: date, csv: Path | None = None, progress: Progress = lambda step: None
) -> Impact:
    """This function will take a snapshot of the ledger as of the day, and tell what the versions decide differently."""
    with TemporaryDirectory(prefix="impact-") as scratch:
        versions = tuple(assembled(Path(scratch) / side, one, other) for side, one, other in (("A", a, b), ("B", b, a)))
        folder = Path(scratch) / "snapshot"
        folder.mkdir()
        snapshot.write(folder, as_of=as_of, progress=lambda table: progress(f"snapshot: {table}"))
        return compare_on(folder, *versions, as_of=as_of, csv=csv, progress=progress)


def compare_on(
    folder: Path,
    a: Definitions,
    b: Definitions,
    *,
    as_of: date,
    csv: Path | None = None,
    progress: Progress = lambda step: None,
) -> Impact:
    """This function will tell what two versions decide differently on a snapshot that is there already."""
    engine = cycle.connect()
    try:
        tables = cycle.read_snapshot(engine, folder)
        decided: dict[str, ibis.Table] = {}
        shared: dict[str, ibis.Table] = {}
        for side, chosen in (("A", a), ("B", b)):
            kept = _Kept(engine, side, shared if a.terms == b.terms else {}, progress)
            steps = cycle.walk(tables, chosen, as_of=as_of, keep=kept.keep)
            decided[side] = kept.keep("decided", _decided(steps, chosen, side=side))
            shared = {"positions": steps.positions, "portrait": steps.portrait}
        progress("compare")
        return _impact(_Kept(engine, "", {}, progress), decided, (a, b), csv)
    finally:
        engine.disconnect()


class _Kept:
    """Tables that are computed once under a name of their own; those that both versions share are given back."""

    def __init__(self, engine: Any, side: str, shared: Mapping[str, ibis.Table], progress: Progress) -> None:
        self.engine, self.side, self.shared, self.progress = engine, side, shared, progress

    def keep(self, name: str, table: ibis.Table) -> ibis.Table:
        if name in self.shared:
            return self.shared[name]
        own = f"{self.side}_{name}"
        self.progress(own.strip("_").replace("_", ": ", 1))
        # Through a view, because Ibis's own `create_table` writes everything twice.
        self.engine.create_view(f"{own}_view", table)
        self.engine.con.view(f"{own}_view").create(own)
        return self.engine.table(own)


# The two versions


def assembled(folder: Path, own: Path, other: Path) -> Definitions:
    """This function will put together one version: its tables, and from elsewhere what it does not bring itself."""
    folder.mkdir()
    whole = next((path for path in (own, other) if (path / CATALOGUE).exists()), ROOT / "strategies")
    shutil.copytree(whole, folder / "strategies")
    for part in (*definitions.RULEBOOKS, "scorecards"):
        (folder / part).symlink_to(ROOT / part)
    if own != whole:
        _replace_tables(folder / "strategies", own)
    return definitions.load(folder)


def _replace_tables(strategies: Path, own: Path) -> None:
    """This function will put each table of a version in the place of the one of the same name."""
    for file in [own] if own.is_file() else sorted(own.rglob("*.dmn")):
        namesakes = list(strategies.rglob(file.name))
        if len(namesakes) != 1:
            known = ", ".join(sorted(one.name for one in strategies.rglob("*.dmn")))
            message = f"{len(namesakes)} tables of the strategies are called {file.name}"
            raise DunwellError(message, place=str(own), cure=f"name it like the one that it replaces: {known}")
        shutil.copyfile(file, namesakes[0])


# What is compared


def _outputs(chosen: Definitions) -> list[str]:
    """This function will list what the segments' decisions tell of a customer."""
    decisions = (decision for decision in chosen.segment.decisions if not decision.auxiliary)
    return [output.name for decision in decisions for output in decision.single_outputs]


def _decided(steps: cycle.Walk, chosen: Definitions, *, side: str) -> ibis.Table:
    """This function will lay out, one row a customer, what a version decides and what that costs."""
    told = decide.outcomes(steps.segmented, steps.masked, steps.chosen)
    costs = {t.id: float(t.cost) for t in chosen.catalogue.treatments}
    harms = {t.id: t.harm for t in chosen.catalogue.treatments}
    figures = {
        "cost": told.treatment.cases(*costs.items(), else_=0.0),
        "harm": told.treatment.cases(*harms.items(), else_=0.0),
        "minutes": told.minutes.fill_null(0),
        "value": told.expected_value.fill_null(0),
        "planned": told.treatment.notnull().ifelse(1, 0),
        "overdue": told.overdue_reference,
    }
    # What DuckDB makes of a literal such as 0.05 is a decimal: all figures are brought to one type.
    figures = {name: figure.cast("float64") for name, figure in figures.items()}
    segments = {name: told[name].cast("string") for name in _outputs(chosen)}
    treatment = told.treatment.fill_null("(" + told.status.re_replace("_", " ") + ")")
    named = {"customer": told.customer, TREATMENT: treatment} | segments | figures
    return told.select(**{f"{side}_{name}": column for name, column in named.items()})


def _impact(
    kept: _Kept, decided: Mapping[str, ibis.Table], versions: tuple[Definitions, Definitions], csv: Path | None
) -> Impact:
    old, new = (_outputs(chosen) for chosen in versions)
    names = [name for name in old if name in new]
    both = decided["A"].outer_join(decided["B"], decided["A"].A_customer == decided["B"].B_customer)
    figures = {
        f"{side}_{name}": both[f"{side}_{name}"].fill_null(0).cast("float64") for side in NAMES for name in FIGURES
    }
    differs = {f"differs_{name}": _differs(both, name) for name in (*names, TREATMENT)}
    wide = both.mutate(
        customer=both.A_customer.coalesce(both.B_customer),
        overdue=both.A_overdue.coalesce(both.B_overdue),
        segment_differs=ibis.or_(*(differs[f"differs_{name}"] for name in names)) if names else ibis.literal(False),
        **(figures | differs),
    )
    table = kept.keep("compared", wide)
    changed = table.filter(_.segment_differs | _.differs_treatment).order_by(_.overdue.desc(), _.customer)
    if csv is not None:
        _write(changed, names, csv)
    return Impact(
        currency=versions[0].terms.reference.currency,
        customers=int(table.count().execute()),
        changed=_changed(table),
        segments=tuple(move for name in names for move in _moves(table, name)),
        treatments=tuple(_moves(table, TREATMENT)),
        totals=_totals(table),
        examples=_examples(changed, names),
        one_sided=tuple(
            [f"A: {name}" for name in old if name not in new] + [f"B: {name}" for name in new if name not in old]
        ),
    )


def _differs(both: ibis.Table, name: str) -> Any:
    return ~both[f"A_{name}"].identical_to(both[f"B_{name}"])


def _changed(table: ibis.Table) -> dict[str, tuple[int, float]]:
    """This function will count the customers who change, and sum what they owe."""
    conditions = {"segment": table.segment_differs, TREATMENT: table.differs_treatment}
    conditions["either"] = table.segment_differs | table.differs_treatment
    asked = {
        f"{name}_{what}": column
        for name, where in conditions.items()
        for what, column in (("customers", where.sum()), ("overdue", table.overdue.sum(where=where)))
    }
    [row] = _rows(table.agg(**asked))
    return {name: (int(row[f"{name}_customers"] or 0), float(row[f"{name}_overdue"] or 0)) for name in conditions}


def _moves(table: ibis.Table, name: str) -> Iterator[Move]:
    """This function will count who goes from which answer to which, the most customers first."""
    before, after = f"A_{name}", f"B_{name}"
    counted = (
        table.filter(table[f"differs_{name}"])
        .group_by([before, after])
        .agg(customers=_.count(), overdue=_.overdue.sum(), value=(_.B_value - _.A_value).sum())
    )
    for row in _rows(counted.order_by(_.customers.desc(), before, after)):
        yield Move(name, _said(row[before]), _said(row[after]), row["customers"], row["overdue"], row["value"])


FIGURES: Mapping[str, tuple[str, str, int]] = {
    "planned": ("customers planned", "计划客户数", 0),
    "value": ("expected value", "期望价值", 0),
    "cost": ("cost", "成本", 2),
    "minutes": ("minutes of people", "人工分钟", 0),
    "harm": ("harm", "伤害", 2),
}


def _totals(table: ibis.Table) -> tuple[Line, ...]:
    asked = {f"{side}_{name}": table[f"{side}_{name}"].sum().fill_null(0.0) for side in NAMES for name in FIGURES}
    [row] = _rows(table.agg(**asked))
    return tuple(Line(en, zh, row[f"A_{name}"], row[f"B_{name}"], places) for name, (en, zh, places) in FIGURES.items())


def _examples(changed: ibis.Table, names: Sequence[str]) -> tuple[Example, ...]:
    found = []
    telling = changed.order_by(_.differs_treatment.desc(), _.overdue.desc(), _.customer)
    for row in _rows(telling.limit(EXAMPLES_MAX)):
        changes = tuple(
            f"{name}: {_said(row[f'A_{name}'])} → {_said(row[f'B_{name}'])}"
            for name in (*names, TREATMENT)
            if row[f"differs_{name}"]
        )
        found.append(Example(row["customer"], row["overdue"], changes))
    return tuple(found)


def _write(changed: ibis.Table, names: Sequence[str], csv: Path) -> None:
    """This function will write every customer that changes: what each version says, side by side."""
    columns = {"customer": changed.customer, "overdue": changed.overdue}
    for name in (*names, TREATMENT, *FIGURES):
        columns |= {f"{name}_{NAMES[side]}": changed[f"{side}_{name}"] for side in NAMES}
    csv.parent.mkdir(parents=True, exist_ok=True)
    changed.select(**columns).to_csv(csv)


def _said(value: str | None) -> str:
    return "—" if value is None else value


def _rows(table: ibis.Table) -> list[dict[str, Any]]:
    return table.to_pyarrow().to_pylist()  # type: ignore[no-any-return]  # Ibis is untyped
