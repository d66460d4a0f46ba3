"""The commands as people type them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from dunwell.ledger.models import Batch, Charge
from tests.integration.conftest import database_url
from tests.integration.intake.conftest import BILL_HEAD, TWO_CUSTOMERS

Dunwell = Callable[..., "subprocess.CompletedProcess[str]"]
GOOD = "B0,A1,2026-01-01,2026-02-01,100,CNY,\n"


@pytest.fixture
def imports(dunwell: Dunwell, mappings: Path, tmp_path: Path) -> Dunwell:
    """This fixture will give a way to write a file and import it by the command."""

    def run(mapping: str, content: str, *more: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / f"{mapping}.csv").write_text(content)
        return dunwell("import", f"{mapping}.csv", "--mapping", str(mappings / f"{mapping}.yaml"), *more)

    return run


def latest() -> int:
    return Batch.objects.latest("id").id


def test_an_import_tells_what_came_and_how_to_go_on(imports: Dunwell) -> None:
    first = imports("customers", TWO_CUSTOMERS)
    assert first.returncode == 0, first.stderr
    assert f"batch {latest()}: customers.csv through customers: 2 rows read, 0 refused" in first.stdout
    second = imports("bills", BILL_HEAD + GOOD + "B1,A1,2026-01-01,2026-02-01,-77123.45,CNY,\n", "--on", "2026-03-01")
    assert "2 rows read, 1 refused" in second.stdout
    assert "line 3 amount -…5" in second.stdout
    assert "77123" not in second.stdout
    assert f"dunwell quarantine export --batch {latest()} --out refused.csv" in second.stdout
    again = imports("bills", BILL_HEAD + GOOD + "B1,A1,2026-01-01,2026-02-01,-77123.45,CNY,\n")
    assert again.returncode == 0
    assert f"already imported as batch {latest()}, nothing changed" in again.stdout


def test_reasons_can_be_read_in_chinese(imports: Dunwell) -> None:
    run = imports("bills", BILL_HEAD + GOOD, "--lang", "zh")
    assert "没有该账户" in run.stdout


def test_a_dry_run_keeps_nothing(imports: Dunwell) -> None:
    run = imports("customers", TWO_CUSTOMERS, "--dry-run")
    assert "dry run, nothing was kept: customers.csv" in run.stdout
    assert not Batch.objects.exists()


def test_quiet_says_nothing(imports: Dunwell) -> None:
    run = imports("customers", TWO_CUSTOMERS, "--quiet")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert Batch.objects.count() == 1


def test_an_empty_portfolio_is_said_to_be_one(imports: Dunwell) -> None:
    assert "holds no rows" in imports("bills", BILL_HEAD).stdout
    run = imports("payments", "")
    assert run.returncode == 2
    assert "payments.csv: the file is empty" in run.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["import", "nowhere.csv", "--mapping", "uci_credit_card"], "nowhere.csv: there is no such file"),
        (["import", "x.csv", "--mapping", "uci_credit_kard"], "did you mean uci_credit_card?"),
        (["import", "x.csv", "--mapping", "highradius", "--on", "yesterday"], "'yesterday' is not a day"),
        (["quarantine", "export", "--batch", "7", "--out", "x.csv"], "there is no such batch"),
        (["import", "postgresql://u:pa55word@127.0.0.1:1/x", "--mapping", "highradius"], "which table?"),
    ],
)
def test_mistakes_are_told_without_a_traceback(dunwell: Dunwell, arguments: list[str], said: str) -> None:
    run = dunwell(*arguments)
    assert run.returncode == 2
    assert said in run.stderr
    assert "Traceback" not in run.stderr
    assert "pa55word" not in run.stderr + run.stdout


def test_refused_rows_go_the_whole_way_round(imports: Dunwell, dunwell: Dunwell, tmp_path: Path) -> None:
    imports("customers", TWO_CUSTOMERS)
    imports("bills", BILL_HEAD + GOOD + "B1,A1,2026-01-01,soon,5,CNY,\n", "--on", "2026-03-01")
    listed = dunwell("quarantine", "list").stdout
    assert "not-a-date" in listed
    exported = dunwell("quarantine", "export", "--batch", str(latest()), "--out", "refused.csv")
    assert "1 rows written to refused.csv (mode 600)" in exported.stdout
    mended = (tmp_path / "refused.csv").read_text(encoding="utf-8-sig").replace("soon", "2026-02-01")
    (tmp_path / "refused.csv").write_text(mended)
    run = dunwell("import", "refused.csv", "--mapping", str(tmp_path / "mappings" / "bills.yaml"), "--on", "2026-03-01")
    assert "1 rows read, 0 refused" in run.stdout
    assert Charge.objects.count() == 2
    assert dunwell("quarantine", "list").stdout.strip() == "nothing waits to be mended"


def test_the_mappings_are_listed(dunwell: Dunwell) -> None:
    listed = dunwell("mappings")
    assert listed.returncode == 0
    assert "highradius" in listed.stdout
    assert "uci_credit_card" in listed.stdout


def test_a_password_in_an_address_is_nowhere(dunwell: Dunwell, mappings: Path) -> None:
    path = mappings / "bills.yaml"
    path.write_text(path.read_text().replace("columns:", "format: {type: sql, table: no_such_table}\ncolumns:"))
    run = dunwell("import", f"{database_url()}&password=hunter2word", "--mapping", str(path))
    assert run.returncode == 2
    assert "no_such_table" in run.stderr
    assert "hunter2word" not in run.stderr + run.stdout


def test_rows_that_came_too_early_are_tried_again(imports: Dunwell, dunwell: Dunwell, tmp_path: Path) -> None:
    imports("bills", BILL_HEAD + GOOD, "--on", "2026-03-01")
    batch, mapping = str(latest()), str(tmp_path / "mappings" / "bills.yaml")
    early = dunwell("quarantine", "retry", "--batch", batch, "--mapping", mapping, "--on", "2026-03-01")
    assert "all 1 rows are refused as before, nothing changed" in early.stdout
    imports("customers", TWO_CUSTOMERS)
    known = imports("bills", BILL_HEAD + GOOD, "--on", "2026-03-01")
    assert f"1 of its rows were refused and wait: dunwell quarantine retry --batch {batch}" in known.stdout
    late = dunwell("quarantine", "retry", "--batch", batch, "--mapping", mapping, "--on", "2026-03-01")
    assert "1 rows read, 0 refused" in late.stdout, late.stderr
    assert Charge.objects.count() == 1
