"""The day's plan as a user makes it: the command, the files, the table, and what happens when things go wrong."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dunwell.batch.models import Plan, PlanRun
from dunwell.evidence.models import Row

if TYPE_CHECKING:
    from conftest import Book

DAY = "2026-11-20"
Dunwell = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Runs are files under DUNWELL_HOME: every test has its own."""
    monkeypatch.setenv("DUNWELL_HOME", str(tmp_path / "home"))
    yield


def tell_three(book: "Book") -> None:
    """A customer who is late, one with two currencies, one who owes nothing that is due."""
    for name, account, currency in (("C1", "A1", "CNY"), ("C2", "A2", "CNY"), ("C3", "A3", "CNY")):
        book.customer(name, account=account, currency=currency)
        book.tell("contact_point", party=name)
    book.tell("account", external_id="A2-USD", currency="USD")
    book.tell("party_role", party="C2", account="A2-USD")
    book.tell("charge", account="A1", due_on="2026-11-01", amount="580.00")
    book.tell("charge", account="A2", due_on="2026-11-02", amount="300.00")
    book.tell("charge", account="A2-USD", due_on="2026-11-03", amount="20.00")
    book.tell("charge", account="A3", due_on="2026-12-31", amount="99.00")
    assert book.load() == []


def plan_rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "out" / "plan.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def digest(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    found = re.search(r"digest ([0-9a-f]{64})", done.stdout)
    assert found
    return found[1]


def test_every_overdue_customer_has_one_row_with_its_reasons(book: "Book", dunwell: Dunwell, tmp_path: Path) -> None:
    tell_three(book)
    done = dunwell("plan", "--as-of", DAY)
    rows = {row["customer"]: row for row in plan_rows(tmp_path)}
    assert set(rows) == {"t/C1", "t/C2"}
    first = rows["t/C1"]
    assert (first["status"], first["channel"], first["script"]) == ("planned", "sms", "reminder")
    assert (first["amounts"], first["accounts"], first["past_due_days"]) == ("CNY 580.00", "t/A1", "19")
    assert (first["window_from"], first["window_until"], first["window_zone"]) == ("08:00", "22:00", "Asia/Shanghai")
    assert "grade-m0" in first["rules"]
    assert "eligible-sms" in first["rules"]
    assert "robot_call" in first["refused"]
    for part in ("data=", "dunwell=", "rulebook=", "scorecard=", "strategy=", "capacity="):
        assert part in first["versions"]
    assert rows["t/C2"]["amounts"] == "CNY 300.00; USD 20.00"
    assert digest(done)


def test_the_table_holds_what_the_file_holds_and_evidence_names_it(
    book: "Book", dunwell: Dunwell, tmp_path: Path
) -> None:
    tell_three(book)
    told = digest(dunwell("plan", "--as-of", DAY))
    run = PlanRun.objects.get()
    assert run.plan_digest == told
    assert {row.customer: row.treatment or "" for row in Plan.objects.all()} == {
        row["customer"]: row["treatment"] for row in plan_rows(tmp_path)
    }
    evidence = Row.objects.get(action="plan.made")
    assert evidence.detail["plan_digest"] == told


def test_a_doubled_run_changes_nothing(book: "Book", dunwell: Dunwell) -> None:
    tell_three(book)
    first = dunwell("plan", "--as-of", DAY)
    second = dunwell("plan", "--as-of", DAY)
    assert digest(first) == digest(second)
    assert "unchanged" in second.stdout
    assert PlanRun.objects.count() == 1
    assert Plan.objects.count() == 2
    assert Row.objects.filter(action="plan.made").count() == 1


def test_a_run_whose_files_are_gone_is_made_again_byte_for_byte(book: "Book", dunwell: Dunwell, tmp_path: Path) -> None:
    tell_three(book)
    first = dunwell("plan", "--as-of", DAY)
    before = (tmp_path / "out" / "plan.csv").read_bytes()
    subprocess.run(["rm", "-r", str(tmp_path / "home" / "runs")], check=True)
    again = dunwell("plan", "--as-of", DAY)
    assert (tmp_path / "out" / "plan.csv").read_bytes() == before
    assert digest(first) == digest(again)
    assert PlanRun.objects.count() == 1


def test_missed_days_do_no_harm_and_each_day_has_its_own_plan(book: "Book", dunwell: Dunwell) -> None:
    tell_three(book)
    late, early = dunwell("plan", "--as-of", DAY), dunwell("plan", "--as-of", "2026-11-10")
    assert digest(late) != digest(early)
    assert digest(dunwell("plan", "--as-of", DAY)) == digest(late)


def test_new_facts_make_a_new_plan(book: "Book", dunwell: Dunwell, tmp_path: Path) -> None:
    tell_three(book)
    first = dunwell("plan", "--as-of", DAY)
    book.tell("payment", account="A1", paid_on="2026-11-19", amount="580.00")
    book.load("paid")
    second = dunwell("plan", "--as-of", DAY)
    assert digest(first) != digest(second)
    assert [row["customer"] for row in plan_rows(tmp_path)] == ["t/C2"]


def test_another_capacity_makes_another_plan(book: "Book", dunwell: Dunwell, tmp_path: Path) -> None:
    tell_three(book)
    (tmp_path / "small.yaml").write_text("pools: {agents: {minutes: 0}}\n")
    first = dunwell("plan", "--as-of", DAY)
    second = dunwell("plan", "--as-of", DAY, "--capacity", "small.yaml")
    assert second.returncode == 0, second.stderr
    assert PlanRun.objects.count() == 2
    assert digest(first) != digest(second)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--as-of", "20.11.2026"), ("--as-of", "YYYY-MM-DD")),
        (("--lang", "fr"), ("--lang", "en or zh")),
        (("--capacity", "none.yaml"), ("none.yaml", "no such file")),
    ],
)
def test_bad_options_are_one_line_with_the_cure(
    dunwell: Dunwell, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    done = dunwell("plan", *arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert all(word in done.stderr for word in words)


# ---- odd portfolios ------------------------------------------------------------------------------------------------


def test_an_empty_portfolio_is_said_to_be_empty(book: "Book", dunwell: Dunwell, tmp_path: Path) -> None:
    done = dunwell("plan", "--as-of", DAY)
    assert done.returncode == 0, done.stderr
    assert "nobody is overdue" in done.stdout
    assert plan_rows(tmp_path) == []
    assert "nothing to plan" in (tmp_path / "out" / "plan.html").read_text(encoding="utf-8")


def test_customers_without_accounts_and_accounts_without_charges_are_no_trouble(
    book: "Book", dunwell: Dunwell, tmp_path: Path
) -> None:
    book.tell("party", external_id="alone")
    book.customer("C1", account="A1")
    book.tell("account", external_id="nobodys")
    book.tell("charge", account="nobodys")
    assert book.load() == []
    done = dunwell("plan", "--as-of", DAY)
    assert done.returncode == 0, done.stderr
    assert plan_rows(tmp_path) == []
    assert "no account" in dunwell("explain", "alone").stderr
    assert dunwell("explain", "C1").returncode == 0


# ---- explain -------------------------------------------------------------------------------------------------------


def test_explain_tells_the_whole_path_in_english(book: "Book", dunwell: Dunwell) -> None:
    tell_three(book)
    dunwell("plan", "--as-of", DAY)
    told = dunwell("explain", "C1", "--as-of", DAY).stdout
    for words in (
        "CN¥580.00 overdue",
        "19 days late",
        "1 to 30 days late (grade-m0)",
        "(eligible-robot)",
        "(G2)",
        "Reminder by SMS",
        "08:00",
        "Asia/Shanghai",
        "rulebook",
    ):
        assert words in told, words


def test_explain_tells_it_in_chinese(book: "Book", dunwell: Dunwell) -> None:
    tell_three(book)
    dunwell("plan", "--as-of", DAY)
    told = dunwell("explain", "t/C1", "--lang", "zh").stdout
    for words in ("¥580.00", "逾期 19 天", "逾期1至30天", "短信提醒", "决策结果", "所用版本"):
        assert words in told, words


def test_explain_without_a_plan_says_what_to_do(book: "Book", dunwell: Dunwell) -> None:
    done = dunwell("explain", "C1")
    assert done.returncode == 2
    assert "dunwell plan" in done.stderr


def test_explain_of_a_stranger_is_refused(book: "Book", dunwell: Dunwell) -> None:
    tell_three(book)
    dunwell("plan", "--as-of", DAY)
    done = dunwell("explain", "C9", "--as-of", DAY)
    assert done.returncode == 2
    assert "C9: no such customer" in done.stderr


# ---- killed --------------------------------------------------------------------------------------------------------

# Kills its own process, as hard as can be, when the plan reaches the named step.
KILLED = """
import os, signal, sys
from datetime import UTC, date, datetime
os.environ["DJANGO_SETTINGS_MODULE"] = "dunwell.settings"
import django
django.setup()
from dunwell.batch.actions import make_plan
def die(step):
    if step == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)
make_plan(as_of=date(2026, 11, 20), by="test", at=datetime(2026, 11, 20, tzinfo=UTC), progress=die)
"""


@pytest.mark.parametrize("step", ["snapshot: payments", "portrait", "plan", "save"])
def test_kill_9_at_any_step_leaves_nothing_half_done(book: "Book", dunwell: Dunwell, tmp_path: Path, step: str) -> None:
    from django.db import connection

    tell_three(book)
    environment = os.environ | {"DATABASE_URL": _address(dunwell)}
    killed = subprocess.run([sys.executable, "-c", KILLED, step], env=environment, check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert PlanRun.objects.count() == 0
    assert Plan.objects.count() == 0
    done = dunwell("plan", "--as-of", DAY)
    assert digest(done)
    assert len(plan_rows(tmp_path)) == Plan.objects.count() == 2
    assert not list((tmp_path / "home" / "runs").glob(".draft-*"))
    connection.close()


def _address(dunwell: Dunwell) -> str:
    """The address of the test database, as the command's fixture knows it."""
    from django.db import connection

    settings = connection.settings_dict
    return f"postgresql://{settings['USER']}@/{settings['NAME']}?host={settings['HOST']}"


def test_two_runs_at_the_same_time_make_one_plan(book: "Book", dunwell: Dunwell, tmp_path: Path) -> None:
    tell_three(book)
    script = KILLED.replace("os.kill(os.getpid(), signal.SIGKILL)", "pass")
    environment = os.environ | {"DATABASE_URL": _address(dunwell)}
    both = [subprocess.Popen([sys.executable, "-c", script, "-"], env=environment) for _turn in range(2)]
    started = time.monotonic()
    assert [process.wait(timeout=120) for process in both] == [0, 0], time.monotonic() - started
    assert PlanRun.objects.count() == 1
    assert Plan.objects.count() == 2
    assert json.loads(next((tmp_path / "home" / "runs").glob("*/run.json")).read_text())["as_of"] == DAY
