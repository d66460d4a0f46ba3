"""Making and destroying the keys of persons."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from dunwell.vault import keyring, queries, rules
from dunwell.vault.models import MasterKeyCheck, PersonKey

# One statement for many keys; a key that another transaction makes at the same moment wins, and is read afterwards.
_INSERT = """
    INSERT INTO vault_personkey (subject, wrapped_key, created_at)
    SELECT subject, wrapped_key, %s FROM unnest(%s::uuid[], %s::bytea[]) AS made (subject, wrapped_key)
    ON CONFLICT (subject) DO NOTHING
    RETURNING subject
"""


@transaction.atomic
def ensure_keys(subjects: Iterable[UUID], *, at: datetime) -> dict[UUID, bytes]:
    """This function will return the open key of every subject, making those that are missing; the erased are absent.

    Subjects are inserted in order, so that two imports naming the same new persons wait for each other, not in a ring.
    """
    wanted = set(subjects)
    _leave_check_value(at=at)
    known = queries.keys_and_graves(wanted)
    found = {subject: key for subject, key in known.items() if key is not None}
    missing = wanted - known.keys()
    for portion in queries.portions(missing):
        found |= _make(portion, at=at)
    return found | queries.keys(missing - found.keys())


def _make(portion: list[UUID], *, at: datetime) -> dict[UUID, bytes]:
    """This function will make keys and return those that were stored, not the ones another transaction made first."""
    master = keyring.master_key()
    made = {subject: rules.new_key() for subject in portion}
    wrapped = [rules.wrap(master, subject=subject, key=key) for subject, key in made.items()]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [at, portion, wrapped])
        stored = {row[0] for row in cursor.fetchall()}
    return {subject: key for subject, key in made.items() if subject in stored}


def _leave_check_value(*, at: datetime) -> None:
    """This function will store the master key's check value beside the first keys, or compare it with the one there."""
    key = keyring.master_key()
    row, _ = MasterKeyCheck.objects.get_or_create(
        number=1, defaults={"check_value": rules.check_value(key), "created_at": at}
    )
    keyring.must_match(key, known=bytes(row.check_value), file=keyring.path())


@transaction.atomic
def destroy_key(subject: UUID, *, at: datetime) -> bool:
    """This function will destroy the subject's key for ever and tell whether it was this call that did it.

    A subject without a key gets a grave as well: nothing can be sealed for it afterwards.
    """
    grave, dug = PersonKey.objects.select_for_update().get_or_create(
        subject=subject, defaults={"wrapped_key": None, "created_at": at, "erased_at": at}
    )
    if dug or grave.erased_at is not None:
        return dug
    PersonKey.objects.filter(subject=subject).update(wrapped_key=None, erased_at=at)
    return True
