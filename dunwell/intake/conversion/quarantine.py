"""Putting refused rows into quarantine: faults counted, values masked, the row itself sealed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from uuid import UUID

from dunwell.intake.conversion.sealing import Sealer, wrapped
from dunwell.intake.conversion.spool import Cells
from dunwell.intake.models import QuarantinedRow
from dunwell.intake.readers.chunk import Broken
from dunwell.intake.refusals import Fault, masked
from dunwell.vault import actions

EXAMPLES_MAX = 3


class Quarantine:
    """The refused rows of one batch."""

    def __init__(self, sealer: Sealer, *, batch_id: int, at: datetime) -> None:
        self._sealer, self._batch_id, self._at = sealer, batch_id, at
        self._own = sealer.own(batch_id)
        self._secret = sealer.recipe.secret_columns
        self.rows = 0
        # Rows by their first fault, and some of them as they may be shown: line, column, masked value.
        self.counts: Counter[str] = Counter()
        self.examples: dict[str, list[tuple[int, str, str]]] = {}

    def add(self, raw: Mapping[int, Cells], *, faults: Mapping[int, Sequence[Fault]]) -> None:
        """This function will take rows in, each with its cells and its faults."""
        self._store(
            [
                (line, self._sealer.named(raw[line]), {"cells": self._whole(raw[line])}, faults[line])
                for line in sorted(raw)
            ]
        )

    def _whole(self, cells: Cells) -> Cells:
        """This function will add mapped columns that the row has not, as JSON may: its export must have them all."""
        return cells | {column.name: None for column in self._sealer.recipe.columns if column.name not in cells}

    def add_broken(self, broken: Iterable[Broken], *, columns: Sequence[str]) -> None:
        """This function will take in lines that are no rows; they may name anybody: they lie under the batch's key."""
        told: list[tuple[int, list[UUID], dict[str, object], Sequence[Fault]]] = []
        for each in broken:
            cells: Cells = dict(zip_longest(columns, each.cells[: len(columns)]))
            told.append((each.line, [], {"cells": self._whole(cells), "text": each.text}, [Fault("", each.rule)]))
        self._store(told)

    def _store(self, told: Sequence[tuple[int, list[UUID], dict[str, object], Sequence[Fault]]]) -> None:
        if not told:
            return
        keys = actions.ensure_keys({self._own, *(subject for _, named, _, _ in told for subject in named)}, at=self._at)
        QuarantinedRow.objects.bulk_create(
            [
                self._row(line, subjects=named or [self._own], raw=raw, faults=faults, keys=keys)
                for line, named, raw, faults in told
            ],
            batch_size=1_000,
        )
        self.rows += len(told)

    def _row(
        self,
        line: int,
        *,
        subjects: list[UUID],
        raw: dict[str, object],
        faults: Sequence[Fault],
        keys: Mapping[UUID, bytes],
    ) -> QuarantinedRow:
        known = all(subject in keys for subject in subjects)
        shown = [self._shown(fault, raw.get("cells") if known else None) for fault in faults]
        self._count(line, **shown[0])
        text = json.dumps(raw, ensure_ascii=False)
        return QuarantinedRow(
            batch_id=self._batch_id,
            line=line,
            column=shown[0]["column"],
            rule=shown[0]["rule"],
            value_masked=shown[0]["value"],
            faults=shown,
            subjects=subjects,
            raw_sealed=wrapped(text, subjects=subjects, keys=keys) if known else None,
        )

    def _shown(self, fault: Fault, cells: object) -> dict[str, str]:
        """This function will show a fault with its value masked; a derived column or a broken line has none."""
        value = cells.get(fault.column) if isinstance(cells, dict) else None
        return {
            "column": fault.column,
            "rule": fault.rule,
            "value": masked(value, secret=fault.column in self._secret),
        }

    def _count(self, line: int, *, column: str, rule: str, value: str) -> None:
        self.counts[rule] += 1
        examples = self.examples.setdefault(rule, [])
        if len(examples) < EXAMPLES_MAX:
            examples.append((line, column, value))
