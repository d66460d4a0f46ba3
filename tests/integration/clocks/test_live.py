"""The clocks of the ledger: what its facts say of limitation and guarantees, and what they cannot say."""

from __future__ import annotations

import csv
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from dunwell.compliance.clocks.live import queries
from dunwell.compliance.clocks.live.queries import Ticking, ticking

ON = date(2026, 3, 1)


def read(book: Any, *, on: date = ON) -> list[Ticking]:
    book.load()
    return list(ticking(on=on, place="cn"))


def only(book: Any, *, on: date = ON) -> Ticking:
    (found,) = read(book, on=on)
    return found


def test_a_charge_nobody_asked_for_expires_after_three_years(book: Any) -> None:
    book.account()
    book.tell("charge")
    found = only(book)
    assert (found.account, found.clock, found.state, found.last_day) == (
        "t/A1",
        "limitation",
        "running",
        date(2026, 3, 10),
    )
    assert found.certain


def test_a_delivered_message_a_payment_and_a_promise_start_it_afresh(book: Any) -> None:
    book.account()
    book.tell("charge")
    book.tell("contact")
    book.tell("payment", paid_on="2024-06-03")
    book.tell("signal")
    found = only(book)
    assert [reason.rule for reason in found.restarts] == ["CN-L5", "CN-L6", "CN-L6"]
    assert (found.last_day, found.certain) == (date(2028, 2, 28), True)


def test_a_message_that_was_not_delivered_starts_nothing(book: Any) -> None:
    book.account()
    book.tell("charge")
    book.tell("contact", connected="false")
    assert only(book).last_day == date(2026, 3, 10)


def test_an_outcome_told_later_counts_instead_of_the_attempt(book: Any) -> None:
    book.account()
    book.tell("charge")
    book.tell("contact", external_id="try", connected=None)
    assert (only(book).possibly_until, only(book).certain) == (date(2027, 5, 20), False)
    book.tell("contact", external_id="try-outcome", corrects="try", connected="true")
    found = only(book)
    assert (found.last_day, found.possibly_until, found.certain) == (date(2027, 5, 20), None, True)


def test_only_contacts_made_to_collect_are_demands(book: Any) -> None:
    book.account()
    book.tell("charge")
    book.tell("contact", purpose="reminder")
    book.tell("contact", direction="inbound")
    assert only(book).restarts == ()


def test_the_day_is_that_of_the_person_and_of_several_the_earliest(book: Any) -> None:
    book.account()
    book.tell("charge")
    book.tell("contact", happened_at="2024-05-20 17:30:00+00", time_zones="Asia/Shanghai,Asia/Urumqi,Europe/London")
    assert only(book).restarts[0].on == date(2024, 5, 20)
    book.tell("contact", happened_at="2024-06-20 17:30:00+00")
    assert only(book).restarts[-1].on == date(2024, 6, 21)


def test_a_contact_about_another_account_says_nothing_and_about_none_is_not_known(book: Any) -> None:
    book.account()
    book.tell("account", external_id="A2")
    book.tell("party_role", external_id="C1-A2", party="C1", account="A2")
    book.tell("charge")
    book.tell("contact", account="A2")
    assert (only(book).last_day, only(book).certain) == (date(2026, 3, 10), True)
    book.tell("contact", account=None)
    assert (only(book).possibly_until, only(book).certain) == (date(2027, 5, 20), False)
    book.tell("contact", account=None, debts_intended="A3,A1", happened_at="2024-07-01 04:00:00+00")
    assert (only(book).last_day, only(book).certain) == (date(2027, 7, 1), True)


def test_a_payment_that_came_back_is_none(book: Any) -> None:
    book.account()
    book.tell("charge")
    book.tell("payment", external_id="P1", paid_on="2024-06-03")
    book.tell("adjustment", kind="chargeback", payment="P1", amount="10", effective_on="2024-06-20")
    assert only(book).restarts == ()


def test_what_was_paid_or_corrected_away_has_no_clock(book: Any) -> None:
    book.account()
    book.tell("charge", external_id="F1")
    book.tell("charge", external_id="F2", corrects="F1", amount="60")
    book.tell("payment", amount="60")
    assert read(book) == []


def test_a_written_off_debt_is_still_owed(book: Any) -> None:
    book.account()
    book.tell("charge")
    book.tell("adjustment", kind="write_off", amount="100", effective_on="2025-01-01")
    assert only(book).state == "running"


def test_a_loan_is_counted_from_its_last_instalment_and_more_may_come(book: Any) -> None:
    book.account(product_line="instalment_loan")
    for month in range(1, 13):
        book.tell("charge", due_on=f"2023-{month:02}-10")
    found = only(book)
    assert (found.last_day, found.certain) == (date(2026, 12, 10), False)
    assert "later instalment" in found.reasons[-1].en
    book.tell("account_terms", external_id="A1", valid_from="2024-01-01", closed_on="2024-01-01")
    assert only(book).certain


def test_a_court_case_told_of_the_person_only_is_not_known_to_be_ours(book: Any) -> None:
    book.account()
    book.tell("charge")
    book.tell("signal", account=None, source_kind="court", kind="court_case", happened_on="2025-01-10")
    found = only(book)
    assert (found.state, found.last_day, found.certain) == ("running", date(2026, 3, 10), False)
    book.tell("signal", source_kind="court", kind="court_case", happened_on="2025-01-10")
    assert (only(book).state, only(book).last_day) == ("suspended", None)


def guaranteed(book: Any) -> None:
    book.account()
    book.tell("party", external_id="G1")
    book.tell("party_role", external_id="G1-A1", party="G1", account="A1", role="guarantor", valid_from="2022-05-01")
    book.tell("charge", due_on="2025-11-10", booked_on="2025-10-20")


def test_a_guarantee_is_read_as_law_reads_one_of_which_nothing_was_agreed(book: Any) -> None:
    guaranteed(book)
    _, guarantee = read(book)
    assert (guarantee.clock, guarantee.guarantor, guarantee.state) == ("guarantee", "t/G1", "running")
    assert (guarantee.last_day, guarantee.certain) == (date(2026, 5, 11), False)


def test_past_its_period_nobody_knows_whether_the_debtor_was_sued(book: Any) -> None:
    guaranteed(book)
    _, guarantee = read(book, on=date(2026, 6, 1))
    assert (guarantee.state, guarantee.certain) == ("unknown", False)


def test_a_demand_on_the_guarantor_is_none_on_the_debtor(book: Any) -> None:
    guaranteed(book)
    book.tell("contact", party="G1", happened_at="2026-01-05 04:00:00+00")
    limitation, _ = read(book)
    assert limitation.restarts == ()


def test_facts_after_the_day_are_not_known(book: Any) -> None:
    book.account()
    book.tell("charge")
    book.tell("contact")
    book.tell("payment", paid_on="2025-06-03")
    book.load()
    (early,) = ticking(on=date(2024, 5, 19), place="cn")
    assert early.last_day == date(2026, 3, 10)
    assert list(ticking(on=date(2023, 2, 1), place="cn")) == []


def test_accounts_are_read_in_steps_that_are_told(book: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(queries, "ACCOUNTS_PER_STEP", 2)
    for number in range(5):
        book.account(f"A{number}", owner=f"C{number}")
        book.tell("charge", account=f"A{number}")
    book.load()
    steps: list[int] = []
    found = list(ticking(on=ON, place="cn", progress=steps.append))
    assert sorted(one.account for one in found) == [f"t/A{number}" for number in range(5)]
    assert steps == [2, 2, 1]
    assert queries.by_state(found) == {("limitation", "running"): 5}


def test_the_command_tells_what_is_near_and_writes_the_table(
    book: Any, dunwell: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    book.account()
    book.account("A2", owner="C2")
    book.tell("charge")
    book.tell("charge", account="A2", due_on="2024-03-10")
    book.load()
    done = dunwell("clocks", "due", "--as-of", "2026-03-05", "--csv", "due.csv", "--all")
    assert done.returncode == 0, done.stderr
    assert "t/A1" in done.stdout
    assert "t/A2" not in done.stdout
    assert "1 run out within 90 days of 2026-03-05; in all: limitation running 2" in done.stdout
    assert "2 clocks in due.csv (1 of them near)" in done.stdout
    with (tmp_path / "due.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["account"], row["last_day"], row["days_left"], row["certain"]) for row in rows] == [
        ("t/A1", "2026-03-10", "5", "yes"),
        ("t/A2", "2027-03-10", "370", "yes"),
    ]
    assert "期间3年" in rows[0]["why_zh"]
