"""Each target, all its fields filled: what is stored is what was told, and its digest can be made by hand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection, transaction

from dunwell.intake.actions import Report, import_source
from dunwell.intake.mapping.reading import read
from dunwell.ledger.queries import verify_batches
from dunwell.ledger.targets import TARGETS, Field, Target
from dunwell.vault import keyring, rules
from dunwell.vault.models import PersonKey
from dunwell.vault.queries import keys
from tests.integration.intake.conftest import AT, ON, Bring, added, same
from tests.integration.intake.told import TOLD

MODELS: dict[str, Any] = {model._meta.db_table: model for model in apps.get_app_config("ledger").get_models()}
SOURCE = "acme"
Tampering = Callable[[], AbstractContextManager[None]]

COLUMN_TYPES = ("money", "number", "integer", "bool", "date", "time")
# Kept otherwise than told: codes in order, zones without blanks.
KEPT = {"special_groups": "elderly,ill,student", "time_zones": "Asia/Shanghai,Europe/Berlin"}


def write(folder: Path, target: Target) -> Path:
    """This function will write a mapping that fills every field from a column of its own, and the file for it."""
    told = TOLD[target.name]
    columns = "".join(
        f"  {name}: {{type: {kind if (kind := target.by_name[name].type) in COLUMN_TYPES else 'text'}}}\n"
        for name in told
    )
    fields = "".join(f"      {name}: {{column: {name}}}\n" for name in told)
    (folder / f"{target.name}.yaml").write_text(
        f"name: {target.name}\nsource: {SOURCE}\nkind: crm\nabout: {{en: One fact, zh: 一条}}\n"
        f"format: {{delimiter: '|'}}\ncolumns:\n{columns}facts:\n  - target: {target.name}\n    fields:\n{fields}"
    )
    path = folder / f"{target.name}.csv"
    path.write_text(f"{'|'.join(told)}\n{'|'.join(told.values())}\n")
    return path


def load(folder: Path, target: Target) -> Report:
    path = write(folder, target)
    return import_source(str(path), mapping=read(folder / f"{target.name}.yaml"), on=ON, by="test", at=AT)


@pytest.fixture
def everything(db: None, mappings: Path) -> dict[str, Report]:
    """This fixture will import one fact of every target, in the order of loading."""
    return {name: load(mappings, target) for name, target in TARGETS.items()}


def test_every_target_is_told_here_with_every_field() -> None:
    assert list(TOLD) == list(TARGETS)
    for name, target in TARGETS.items():
        fillable = {field.name for field in target.by_name.values() if field.type != "subject"} - {"corrects"}
        assert set(TOLD[name]) == fillable, name


def test_each_comes_in_and_is_the_same_a_second_time(everything: dict[str, Report], mappings: Path) -> None:
    for name, report in everything.items():
        assert (added(report), report.rows_refused) == ({name: 1}, 0), name
        path = mappings / f"{name}.csv"
        path.write_text(path.read_text() + "\n")
        again = import_source(str(path), mapping=read(mappings / f"{name}.yaml"), on=ON, by="test", at=AT)
        assert (added(again), same(again)) == ({name: 0}, {name: 1}), name
    assert verify_batches().sound


def expected(target: Target, name: str) -> Any:
    """This function will give what a field is stored as."""
    text = KEPT.get(name, TOLD[target.name][name])
    match target.by_name[name].type:
        case "date":
            return date.fromisoformat(text)
        case "time":
            return datetime.fromisoformat(text).replace(tzinfo=UTC)
        case "money" | "number":
            return Decimal(text)
        case "integer":
            return int(text)
        case "bool":
            return text == "true"
    return text


def stored(target: Target) -> Any:
    return MODELS[target.table].objects.get()


def test_what_is_stored_is_what_was_told(everything: dict[str, Report]) -> None:
    for target in TARGETS.values():
        row = stored(target)
        assert (row.source, row.batch_id) == (SOURCE, everything[target.name].batch_id)
        for name in TOLD[target.name]:
            field = target.by_name[name]
            if not field.checked_only and field.type != "sealed":
                value = getattr(row, name)
                kept = value.external_id if field.to else value
                assert kept == expected(target, name), (target.name, name)


def test_what_is_sealed_opens_under_its_persons_key(everything: dict[str, Report]) -> None:
    for target in TARGETS.values():
        for field in target.sealed:
            row = stored(target)
            [(subject, key)] = keys([row.party.subject]).items()
            sealed, digest = (bytes(getattr(row, f"{field.name}_{part}")) for part in ("sealed", "digest"))
            text = TOLD[target.name][field.name]
            assert rules.unseal(key, subject=subject, field=field.secret, sealed=sealed) == text
            assert digest == rules.digest(keyring.lookup_key(), field=field.secret, text=text)


def as_json(value: Any) -> Any:
    """This function will write a stored value as PostgreSQL writes it into the JSON array of the digest."""
    match value:
        case bytes() | memoryview():
            return bytes(value).hex()
        case datetime():
            return value.isoformat()
        case date() | UUID():
            return str(value)
    return value


def by_hand(target: Target, row: Any) -> bytes:
    """This function will make the content digest in Python, from the columns and the ids of what they refer to."""
    said: list[Any] = [target.name, row.source, row.external_id]
    for field in target.content:
        if field.type == "reference":
            referred = getattr(row, field.name)
            said.append(f"{referred.source}/{referred.external_id}" if referred else None)
        else:
            said.append(as_json(getattr(row, f"{field.name}_digest" if field.type == "sealed" else field.name)))
    parts = [str(part) if isinstance(part, Decimal) else json.dumps(part, ensure_ascii=False) for part in said]
    return hashlib.sha256(f"[{', '.join(parts)}]".encode()).digest()


def test_every_digest_is_the_one_made_by_hand(everything: dict[str, Report]) -> None:
    for target in TARGETS.values():
        row = stored(target)
        assert bytes(row.content_digest) == by_hand(target, row), target.name


def test_a_field_that_joined_later_leaves_the_digests_of_earlier_facts_as_they_were(
    everything: dict[str, Report], mappings: Path
) -> None:
    target = TARGETS["consent"]
    assert [field.name for field in target.fields if field.joined_later] == ["contact_point"]
    assert added(told_again(mappings, "consent", external_id="P1/before", contact_point="")) == {"consent": 1}
    row = MODELS[target.table].objects.get(external_id="P1/before")
    before = replace(target, fields=tuple(field for field in target.fields if not field.joined_later))
    assert bytes(row.content_digest) == by_hand(before, row)
    assert verify_batches().sound


def told_again(folder: Path, target: str, **changed: str) -> Report:
    """This function will import a fact of the target with some fields changed."""
    path = folder / f"{target}.csv"
    told = {**TOLD[target], **changed}
    path.write_text(f"{'|'.join(told)}\n{'|'.join(told.values())}\n")
    return import_source(str(path), mapping=read(folder / f"{target}.yaml"), on=ON, by="test", at=AT)


def test_an_unknown_reference_is_refused_by_its_rule(everything: dict[str, Report], mappings: Path) -> None:
    for target in TARGETS.values():
        for field in target.references:
            report = told_again(mappings, target.name, external_id=f"new {field.name}", **{field.name: "nobody"})
            assert report.refused == {f"unknown-{field.to.replace('_', '-')}": 1}, (target.name, field.name)
            assert report.examples[next(iter(report.refused))][0].column == field.name


def test_a_version_of_something_unknown_is_refused(everything: dict[str, Report], mappings: Path) -> None:
    assert told_again(mappings, "party_detail", external_id="nobody").refused == {"unknown-party": 1}
    assert told_again(mappings, "account_terms", external_id="nothing").refused == {"unknown-account": 1}


CHANGED = {
    "party": ("kind", "company"),
    "account": ("creditor", "other"),
    "party_role": ("role", "guarantor"),
    "charge": ("amount", "1.5"),
    "payment": ("method", "现金"),
    "adjustment": ("effective_on", "2025-03-04"),
    "contact_point": ("value", "13900139000"),
    "consent": ("purpose", "marketing"),
    "consent_revocation": ("revoked_on", "2026-01-02"),
    "wish": ("until_minute", "1040"),
    "wish_revocation": ("revoked_on", "2026-01-02"),
    "contact": ("note", "别的话"),
    "hold": ("until_on", "2025-08-01"),
    "hold_release": ("released_on", "2025-05-02"),
    "signal": ("number", "613"),
}


def test_other_content_under_a_known_id_is_refused(everything: dict[str, Report], mappings: Path) -> None:
    assert CHANGED.keys() == {name for name, target in TARGETS.items() if not target.version_of}
    for name, (field, value) in CHANGED.items():
        assert told_again(mappings, name, **{field: value}).refused == {"external-id-reused": 1}, name


def test_another_version_of_a_known_thing_comes_in(everything: dict[str, Report], mappings: Path) -> None:
    assert added(told_again(mappings, "party_detail", tier="silver", valid_from="2025-02-01")) == {"party_detail": 1}
    assert added(told_again(mappings, "account_terms", grace_days="0", valid_from="2025-02-01")) == {"account_terms": 1}
    assert added(told_again(mappings, "party_detail", name="欧阳若男", valid_from="2025-03-01")) == {"party_detail": 1}


def test_an_event_corrects_another_of_its_kind(everything: dict[str, Report], mappings: Path) -> None:
    """Every event can be corrected, by the same mapping with one column more."""
    for name, (field, value) in CHANGED.items():
        path = mappings / f"{name}.yaml"
        text = (
            path.read_text().replace("facts:", "  corrects: {type: text}\nfacts:")
            + "      corrects: {column: corrects}\n"
        )
        path.write_text(text)
        changed = {field: value, "external_id": f"{TOLD[name]['external_id']}x", "corrects": TOLD[name]["external_id"]}
        assert added(told_again(mappings, name, **changed)) == {name: 1}, name
        correcting = MODELS[TARGETS[name].table].objects.get(corrects__isnull=False)
        assert correcting.corrects.external_id == TOLD[name]["external_id"]
    assert verify_batches().sound


def test_a_party_that_tells_nothing_personal_gets_no_key(bring: Bring, mappings: Path) -> None:
    load(mappings, TARGETS["party"])
    assert not PersonKey.objects.exists()
    load(mappings, TARGETS["contact_point"])
    assert PersonKey.objects.count() == 1


# ---- tampering ----------------------------------------------------------------------------------------------------

# For every type of column, another value than the one told above.
OTHER = {
    "text": "'tampered'",
    "zone": "'Europe/Berlin'",
    "zones": "'Europe/Berlin'",
    "codes": "'young'",
    "currency": "'CNY'",
    "date": "DATE '2031-12-24'",
    "time": "TIMESTAMPTZ '2026-12-24 00:00:00Z'",
    "money": "999",
    "number": "999",
    "integer": "1",
    "subject": "gen_random_uuid()",
    "sealed": "'\\x00'::bytea",
    "reference": "NULL",
}


def another(target: Target, field: Field) -> str:
    """This function will write, in SQL, a value that the table accepts and that was not told."""
    if field.type == "kind":
        return f"'{next(kind for kind in field.kinds if kind != TOLD[target.name][field.name])}'"
    if field.type == "date" and "from" in field.name:
        return "DATE '2024-12-24'"  # A period may begin earlier, and end later, than it was told.
    if field.type == "bool":
        return "NULL" if field.name == "special_groups_consent" else f"NOT {field.name}"
    return OTHER[field.type]


def alterations() -> list[tuple[Target, str, str]]:
    """This function will list every column of content, each with another value; required references are left out."""
    return [
        (target, field.columns[-1], another(target, field))
        for target in TARGETS.values()
        for field in target.content
        if field.name not in ("corrects", "special_groups_consent")
        and not (field.type == "reference" and field.required)
    ]


def test_whichever_column_is_altered_it_is_found(everything: dict[str, Report], tampering: Tampering) -> None:
    assert len(alterations()) > 70
    for target, column, value in alterations():
        with transaction.atomic():
            with tampering(), connection.cursor() as cursor:
                # Names and values are written in this file.
                cursor.execute(f'UPDATE "{target.table}" SET "{column}" = {value}')
                assert cursor.rowcount == 1
            faults = verify_batches().faults
            transaction.set_rollback(True)
        assert any(fault.place.startswith(target.table) for fault in faults), (target.name, column)
    assert verify_batches().sound
