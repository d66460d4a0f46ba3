"""The bench's snapshot: the schema of a real one, the same rows for the same seed, and a portfolio worth measuring."""

import sys
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "bench"))

from snapshot import FACTS, TABLES, write_snapshot  # noqa: E402

from dunwell.batch import snapshot as real  # noqa: E402

AS_OF = date(2026, 11, 20)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("snapshot"))


def written(folder: Path, *, accounts: int = 3000, seed: int = 7) -> Path:
    write_snapshot(folder, accounts=accounts, seed=seed, as_of=AS_OF)
    return folder


def ask(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as engine:
        for name in TABLES:
            engine.read_parquet(str(folder / f"{name}.parquet")).create_view(name)
        return list(engine.sql(query).fetchall())


@pytest.mark.parametrize("table", TABLES)
def test_the_schema_is_that_of_a_real_snapshot(folder: Path, table: str) -> None:
    described = ask(folder, f"SELECT column_name, column_type FROM (DESCRIBE {table})")
    assert dict(described) == real.TABLES[table][0]


def test_the_same_seed_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    again = written(tmp_path)
    assert [(again / f"{t}.parquet").read_bytes() for t in TABLES] == [
        (folder / f"{t}.parquet").read_bytes() for t in TABLES
    ]


def test_another_seed_gives_other_payments(folder: Path, tmp_path: Path) -> None:
    total = "SELECT sum(amount) FROM payments"
    assert ask(written(tmp_path, seed=8), total) != ask(folder, total)


def test_about_ten_facts_an_account(folder: Path) -> None:
    facts = sum(ask(folder, f"SELECT count(*) FROM {table}")[0][0] for table in FACTS)
    assert 9 < facts / 3000 < 12


def test_nothing_takes_effect_after_the_day(folder: Path) -> None:
    for table, column in (("charges", "booked_on"), ("payments", "paid_on"), ("contacts", "local_date")):
        assert ask(folder, f"SELECT max({column}) <= DATE '{AS_OF}' FROM {table}") == [(True,)], table


def test_ids_name_one_row_each(folder: Path) -> None:
    for table, column in (("parties", "party_id"), ("accounts", "account_id"), ("charges", "charge_id")):
        assert ask(folder, f"SELECT count(*) - count(DISTINCT {column}) FROM {table}") == [(0,)], table


def test_payments_name_charges_of_their_own_account(folder: Path) -> None:
    lost = "SELECT count(*) FROM payments ANTI JOIN charges USING (charge_id, account_id) WHERE charge_id IS NOT NULL"
    beyond = "SELECT count(*) FROM payments p JOIN charges c USING (charge_id) WHERE p.account_id <> c.account_id"
    assert ask(folder, beyond) == [(0,)]
    assert ask(folder, lost)[0][0] < ask(folder, "SELECT count(charge_id) FROM payments")[0][0] / 20


def test_a_case_may_have_several_accounts_and_every_account_an_owner(folder: Path) -> None:
    assert ask(folder, "SELECT count(*) FROM accounts ANTI JOIN parties USING (party_id)") == [(0,)]
    assert ask(folder, "SELECT max(n) FROM (SELECT count(*) n FROM accounts GROUP BY party_id)") == [(2,)]
