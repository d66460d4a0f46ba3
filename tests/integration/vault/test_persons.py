"""Finding and erasing persons, from the action to the command."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from subprocess import CompletedProcess
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import DatabaseError, connection

from dunwell.evidence.actions import seal
from dunwell.evidence.models import Row
from dunwell.evidence.queries import verify
from dunwell.facts.errors import DunwellError
from dunwell.ledger.models import ContactPoint, Party, PartyDetail
from dunwell.ledger.persons import Found, erase_person, find_person
from dunwell.vault import keyring, rules
from dunwell.vault.actions import ensure_keys
from dunwell.vault.queries import erased, keys

AT = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
WritePerson = Callable[..., Party]
Dunwell = Callable[..., CompletedProcess[str]]
LI = {"name": "李小龙", "identity": "11010119900307123X", "contact": "138-0013-8000"}
PLANTED = [*LI.values(), "13800138000", "+8613800138000"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def li(write_person: WritePerson) -> Party:
    """This fixture will write one person to look for, and two others."""
    write_person("C-2", name="王伟")
    write_person("C-3", name="王伟", contact="+44 20 7946 0958")
    return write_person("C-1", **LI)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " 李小龙"),
        ("identity", "110101 19900307 123x"),
        ("contact", "+8613800138000"),
        ("contact", "138 0013 8000"),
    ],
)
def test_a_person_is_found_by_any_spelling(li: Party, field: str, value: str) -> None:
    assert find_person(field=field, value=value) == [
        Found(source="crm", external_id="C-1", kind="person", masked_name="李***")
    ]


@pytest.mark.parametrize(("field", "value"), [("name", "李小"), ("identity", "李小龙"), ("contact", "13800138001")])
def test_nobody_is_found_by_another_value(li: Party, field: str, value: str) -> None:
    assert find_person(field=field, value=value) == []


def test_namesakes_are_all_found(li: Party) -> None:
    assert [found.external_id for found in find_person(field="name", value="王伟")] == ["C-2", "C-3"]


def test_the_latest_name_is_shown_and_the_earlier_one_still_found(li: Party, write_person: WritePerson) -> None:
    write_person("C-1", name="Bruce Lee")
    assert [found.masked_name for found in find_person(field="name", value="李小龙")] == ["B***"]


def test_a_field_that_is_not_looked_up(li: Party) -> None:
    with pytest.raises(ValueError, match="not by note"):
        find_person(field="note", value="x")


def test_erasing_leaves_nothing_to_read(li: Party) -> None:
    sealed = bytes(PartyDetail.objects.get(party=li).name_sealed or b"")
    key = keys([li.subject])[li.subject]
    assert rules.unseal(key, subject=li.subject, field=rules.NAME, sealed=sealed) == "李小龙"
    assert erase_person(source="crm", external_id="C-1", by="cli:test", at=AT)
    assert keys([li.subject]) == {}
    assert erased([li.subject]) == {li.subject}
    assert find_person(field="name", value="李小龙") == []
    assert bytes(PartyDetail.objects.get(party=li).name_sealed or b"") == sealed, "facts are never changed"


def test_the_evidence_of_an_erasure_names_no_person(li: Party) -> None:
    erase_person(source="crm", external_id="C-1", by="cli:test", at=AT)
    row = Row.objects.get()
    assert (row.action, row.subject, row.by, row.at) == ("person.erased", str(li.subject), "cli:test", AT)
    assert row.detail == {"source": "crm"}


def test_erasing_twice_leaves_one_row(li: Party) -> None:
    assert erase_person(source="crm", external_id="C-1", by="cli:test", at=AT)
    assert not erase_person(source="crm", external_id="C-1", by="cli:test", at=AT)
    assert Row.objects.count() == 1


def test_whoever_is_only_in_quarantine_is_erased_as_well() -> None:
    """A refused row is sealed under the key that the person would have had."""
    subject = rules.subject_of(keyring.lookup_key(), source="crm", external_id="C-9")
    ensure_keys([subject], at=AT)
    assert erase_person(source="crm", external_id="C-9", by="cli:test", at=AT)
    assert keys([subject]) == {}


def test_a_mistyped_id_is_refused(li: Party) -> None:
    with pytest.raises(DunwellError, match="no such person") as caught:
        erase_person(source="crm", external_id="C-11", by="cli:test", at=AT)
    assert caught.value.place == "crm/C-11"
    assert not Row.objects.exists()


def test_a_person_of_another_source_keeps_their_key(li: Party) -> None:
    other = rules.subject_of(keyring.lookup_key(), source="billing", external_id="C-1")
    ensure_keys([other], at=AT)
    erase_person(source="crm", external_id="C-1", by="cli:test", at=AT)
    assert other in keys([other])


def test_without_its_evidence_nobody_is_erased(li: Party) -> None:
    """Promise 2: the change and its evidence commit together."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE evidence_row ADD CONSTRAINT full_disk CHECK (false)")
    try:
        with pytest.raises(DatabaseError, match="full_disk"):
            erase_person(source="crm", external_id="C-1", by="cli:test", at=AT)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE evidence_row DROP CONSTRAINT full_disk")
    assert li.subject in keys([li.subject])


def test_without_an_actor_nobody_is_erased(li: Party) -> None:
    with pytest.raises(ValueError, match="who did it"):
        erase_person(source="crm", external_id="C-1", by="", at=AT)
    assert li.subject in keys([li.subject])


def dump() -> str:
    """This function will write out every table of the house as text, bytes both as hex and as UTF-8."""
    out = io.BytesIO()
    with connection.cursor() as cursor:
        for model in apps.get_models():
            with cursor.copy(f"COPY {model._meta.db_table} TO STDOUT") as copy:
                for block in copy:
                    out.write(bytes(block))
    return out.getvalue().decode()


def test_a_dump_holds_no_planted_value(li: Party) -> None:
    erase_person(source="crm", external_id="C-1", by="cli:test", at=AT)
    text = dump()
    assert "C-1" in text, "the dump holds the facts"
    for value in PLANTED:
        assert value not in text
        assert value.encode().hex() not in text


def test_the_whole_way_by_command(li: Party, dunwell: Dunwell) -> None:
    found = dunwell("person", "find", "--contact", "138 0013 8000")
    assert found.returncode == 0, found.stderr
    assert "crm/C-1" in found.stdout
    assert "李***" in found.stdout
    seal(at=AT)
    done = dunwell("person", "erase", "crm/C-1", answer="y\n")
    assert done.returncode == 0, done.stderr
    assert "crm/C-1 is erased" in done.stdout
    assert "nobody" in dunwell("person", "find", "--name", "李小龙").stdout
    assert "erased before" in dunwell("person", "erase", "crm/C-1", "--yes").stdout
    checked = dunwell("evidence", "verify", "--chain-only")
    assert checked.returncode == 0
    assert "1 not yet sealed" in checked.stdout
    assert verify().whole
    said = "".join(process.stdout + process.stderr for process in (found, done, checked))
    assert not any(value in said for value in PLANTED)
    assert keys([li.subject]) == {}
    assert ContactPoint.objects.filter(party=li).exists()


def test_a_no_erases_nobody(li: Party, dunwell: Dunwell) -> None:
    assert dunwell("person", "erase", "crm/C-1", answer="n\n").returncode == 1
    assert li.subject in keys([li.subject])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["find"], "no values to look for"),
        (["find", "--name", "a", "--contact", "b"], "2 values to look for"),
        (["erase", "C-1", "--yes"], "names no person"),
        (["erase", "crm/C-404", "--yes"], "there is no such person"),
    ],
)
def test_errors_are_one_line_with_a_cure(dunwell: Dunwell, arguments: list[str], said: str) -> None:
    done: Any = dunwell("person", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "->" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_under_another_master_key(li: Party, dunwell: Dunwell, tmp_path: Any) -> None:
    file = tmp_path / "other.key"
    file.write_text(uuid4().hex)
    file.chmod(0o600)
    done = dunwell("person", "find", "--name", "王伟", DUNWELL_MASTER_KEY_FILE=str(file))
    assert done.returncode == 2
    assert "another master key" in done.stderr
