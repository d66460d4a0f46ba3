"""The rows against the importer's own judge: planted rows are refused by the planted rule, all others accepted.

What only the ledger can know (references, repeated numbers, the account's currency) is tested with a database, in
tests/integration/sample.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from dunwell.intake.mapping.reading import find
from dunwell.intake.readers.chunk import Chunk
from dunwell.intake.readers.opening import open_reader
from dunwell.intake.rules import Judged, judge
from dunwell.lab.sample.source import Source
from dunwell.lab.sample.write import SOURCES, write_sample
from dunwell.ledger.targets import TARGETS, Target

from .conftest import AS_OF, Sample

OF_THE_LEDGER = {
    "unknown-party", "unknown-account", "unknown-charge", "unknown-payment", "unknown-contact-point",
    "external-id-reused", "currency-differs", "too-many-places",
}  # fmt: skip
All = dict[str, list[tuple[int, Judged]]]
OF_THE_READER = {"wrong-cells", "not-a-row"}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    folder = tmp_path_factory.mktemp("small")
    return Sample(folder, write_sample(folder, accounts=300, seed=23, as_of=AS_OF))


def chunks(sample: Sample, source: Source) -> Iterator[Chunk]:
    document = find(source.mapping).document
    path: Path = sample.folder / source.file
    reader: Any = open_reader(str(path), form=document.format, needed=list(document.columns))
    yield from reader.chunks()
    if source.file.endswith(".xlsx"):
        reader._sheet.parent.close()  # The reader leaves its workbook open.


@pytest.fixture(scope="module")
def judged(small: Sample) -> All:
    """This fixture will let the judge look at every row that the readers find, kind by kind."""
    found = {}
    for source in SOURCES:
        recipe = find(source.mapping).recipe
        names = [column.name for column in recipe.columns]
        rows = [row for chunk in chunks(small, source) for row in chunk.rows.to_pylist()]
        found[source.kind] = [
            (row["#line"], judge(recipe, cells={name: row.get(name) for name in names}, on=AS_OF)) for row in rows
        ]
    return found


def planted(sample: Sample, source: Source) -> dict[int, str]:
    return {line: entry["rule"] for entry in sample.file(source.kind)["dirty"] for line in entry["lines"]}


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.kind)
def test_lines_that_are_no_rows_are_the_planted_ones(small: Sample, source: Source) -> None:
    found = {broken.line: broken.rule for chunk in chunks(small, source) for broken in chunk.broken}
    expected = {line: rule for line, rule in planted(small, source).items() if rule in OF_THE_READER}
    assert found == expected


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.kind)
def test_rows_are_refused_by_the_planted_rule_and_no_others(small: Sample, judged: All, source: Source) -> None:
    refused = {line: {fault.rule for fault in row.faults} for line, row in judged[source.kind] if row.faults}
    rest = OF_THE_LEDGER | OF_THE_READER
    assert refused == {line: {rule} for line, rule in planted(small, source).items() if rule not in rest}


def told(small: Sample, judged: All, source: Source) -> Iterator[tuple[Target, Mapping[str, Any]]]:
    """This function will yield the facts of the good rows."""
    entries, dirty = find(source.mapping).recipe.entries, planted(small, source)
    for line, row in judged[source.kind]:
        if line not in dirty:
            yield from ((entries[turn].target, fact) for turn, fact in row.facts)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.kind)
def test_good_rows_become_the_facts_of_the_manifest(small: Sample, judged: All, source: Source) -> None:
    made = Counter(target.name for target, _ in told(small, judged, source))
    assert made == small.file(source.kind)["facts"]


def test_every_external_id_is_told_once(small: Sample, judged: All) -> None:
    facts = (each for source in SOURCES for each in told(small, judged, source))
    ids = Counter((target.name, fact["external_id"]) for target, fact in facts)
    assert [name for name, count in ids.items() if count > 1] == []


def test_every_reference_leads_to_a_fact(small: Sample, judged: All) -> None:
    fields = {target.name: (*target.own, *target.references) for target in TARGETS.values()}
    leads = {name: [(field.name, field.to) for field in among if field.to] for name, among in fields.items()}
    known: dict[str, set[str]] = defaultdict(set)
    named: set[tuple[str, str]] = set()
    for source in SOURCES:
        for target, fact in told(small, judged, source):
            known[target.name].add(fact["external_id"])
            named |= {(to, fact[field]) for field, to in leads[target.name] if fact.get(field)}
    assert len(named) > 500
    assert [(to, name) for to, name in named if name not in known[to]] == []
