"""The declared targets are the ledger's tables: same columns, same types, same closed lists."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models

from dunwell.ledger.models import Batch, Event, Version
from dunwell.ledger.targets import TARGETS, Field, Target

ADDED = {"id", "batch_id", "source", "external_id", "content_digest", "recorded_at"}
MODELS = {
    model._meta.db_table: model
    for model in apps.get_app_config("ledger").get_models()
    if issubclass(model, Event | Version)
}
TYPES: dict[str, type[models.Field]] = {  # type: ignore[type-arg]
    "text": models.TextField,
    "kind": models.TextField,
    "zone": models.TextField,
    "zones": models.TextField,
    "codes": models.TextField,
    "date": models.DateField,
    "time": models.DateTimeField,
    "bool": models.BooleanField,
    "subject": models.UUIDField,
    "reference": models.ForeignKey,
}


def columns(target: Target) -> set[str]:
    own = {column for field in target.staged for column in field.columns}
    return own | ({f"{target.version_of}_id"} if target.version_of else set())


def test_every_table_of_facts_has_a_target() -> None:
    assert {target.table for target in TARGETS.values()} == set(MODELS)
    assert Batch._meta.db_table not in MODELS


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS.keys())
def test_the_fields_are_the_columns(target: Target) -> None:
    model = MODELS[target.table]
    assert columns(target) == {field.column for field in model._meta.fields} - ADDED
    assert bool(target.version_of) == issubclass(model, Version)


@pytest.mark.parametrize(
    ("target", "field"),
    [(target, field) for target in TARGETS.values() for field in target.staged if field.type in TYPES],
    ids=lambda each: each.name,
)
def test_types_lists_and_duties_agree(target: Target, field: Field) -> None:
    if field.checked_only:
        return
    column = MODELS[target.table]._meta.get_field(field.name)
    assert isinstance(column, TYPES[field.type])
    if field.type == "kind":
        assert field.kinds == tuple(value for value, _ in column.choices or ())
    if field.type != "subject":
        assert field.required == (not column.null)
    if field.type == "reference":
        assert isinstance(column, models.ForeignKey)
        assert column.related_model._meta.db_table == TARGETS[field.to].table


def test_what_is_referred_to_is_loaded_first() -> None:
    seen: set[str] = set()
    for target in TARGETS.values():
        needed = {field.to for field in target.references} | ({target.version_of} if target.version_of else set())
        assert needed <= seen, target.name
        seen.add(target.name)


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS.keys())
def test_what_is_sealed_names_its_person(target: Target) -> None:
    if target.sealed:
        assert target.subject_field in target.by_name
        assert all(field.secret for field in target.sealed)
