"""Whatever the files are cut into, told twice or told in another order, the ledger ends up saying the same."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dunwell.intake.actions import Report, import_source
from dunwell.intake.mapping.reading import Mapping, read
from dunwell.intake.models import QuarantinedRow
from dunwell.ledger.models import Charge, PartyDetail
from dunwell.ledger.queries import verify_batches
from tests.integration.intake.conftest import AT, BILL_HEAD, CUSTOMER_HEAD, TWO_CUSTOMERS

DAY = date(2026, 1, 1)
# Hypothesis runs many examples inside one test: each is undone by itself, so the fixtures may be shared.
shared = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Company:
    """Imports whatever it is told into a ledger that forgets it afterwards."""

    def __init__(self, folder: Path, mappings: Path) -> None:
        self.folder, self.mappings, self.turn = folder, mappings, 0

    def bring(self, mapping: str, content: str, *, on: date = date(2026, 3, 1)) -> Report:
        self.turn += 1
        path = self.folder / f"{mapping}-{self.turn}.csv"
        path.write_text(content)
        return import_source(str(path), mapping=self.read(mapping), on=on, by="test", at=AT)

    def read(self, mapping: str) -> Mapping:
        return read(self.mappings / f"{mapping}.yaml")


@pytest.fixture
def company(db: None, tmp_path: Path, mappings: Path) -> Company:
    """This fixture will found a company."""
    return Company(tmp_path, mappings)


# ---- events: what happened once is told once ----------------------------------------------------------------------

bills = st.lists(
    st.tuples(
        st.sampled_from(["B1", "B2", "B3", "B4"]),
        st.sampled_from(["A1", "A2", "A9", ""]),
        st.sampled_from(["10", "20", "-1", "x"]),
    ),
    max_size=8,
)


def bill(told: tuple[str, str, str]) -> str:
    name, account, amount = told
    return f"{name},{account},2026-01-01,2026-02-01,{amount},,\n"


def sound(told: tuple[str, str, str]) -> bool:
    return told[1] in ("A1", "A2") and told[2] in ("10", "20")


@shared
@given(told=bills, cuts=st.lists(st.integers(0, 8), max_size=3), twice=st.booleans())
def test_however_the_bills_are_cut_into_files_the_first_word_stands(
    company: Company, told: list[tuple[str, str, str]], cuts: list[int], twice: bool
) -> None:
    """A model of the ledger: a dictionary that keeps, file by file, the first sound content of every id."""
    places = sorted({0, *(min(cut, len(told)) for cut in cuts), len(told)})
    files = [told[start:end] for start, end in pairwise(places)]
    with transaction.atomic():
        company.bring("customers", TWO_CUSTOMERS)
        for content in files * (2 if twice else 1):
            company.bring("bills", BILL_HEAD + "".join(map(bill, content)))
        kept = {
            charge.external_id: (charge.account.external_id, charge.amount)
            for charge in Charge.objects.select_related("account")
        }
        refused = set(QuarantinedRow.objects.values_list("batch__origin", "line"))
        assert verify_batches().sound
        transaction.set_rollback(True)
    assert kept == first_words(files)
    assert len(refused) >= sum(not sound(each) for each in told)


def first_words(files: list[list[tuple[str, str, str]]]) -> dict[str, tuple[str, Decimal]]:
    """This function will tell which contents stand. In one file a row whose account is unknown still holds its id."""
    known: dict[str, tuple[str, Decimal]] = {}
    for content in files:
        first: dict[str, tuple[str, str, str]] = {}
        for told in content:
            if told[1] and told[2] in ("10", "20"):
                first.setdefault(told[0], told)
        for name, told in first.items():
            if sound(told):
                known.setdefault(name, (told[1], Decimal(told[2])))
    return known


# ---- versions: what changed is told when it changed ---------------------------------------------------------------

changes = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["gold", "silver", ""])), min_size=1, max_size=8)


@shared
@given(told=changes)
def test_imports_in_the_order_of_days_give_the_tier_of_every_day(company: Company, told: list[tuple[int, str]]) -> None:
    """A model of the versions: the last word of each day, from that day on; unchanged words leave no version."""
    told = sorted(dict(told).items())
    with transaction.atomic():
        for days, tier in told:
            company.bring("customers", CUSTOMER_HEAD + f"C1,张伟,,{tier},,\n", on=DAY + timedelta(days=days))
        versions = list(PartyDetail.objects.order_by("valid_from", "id").values_list("valid_from", "tier"))
        transaction.set_rollback(True)
    expected: list[tuple[date, str | None]] = []
    for days, tier in told:
        if not expected or expected[-1][1] != (tier or None):
            expected.append((DAY + timedelta(days=days), tier or None))
    assert versions == expected


@shared
@given(told=changes)
def test_a_whole_history_in_one_file_gives_what_single_days_would(
    company: Company, told: list[tuple[int, str]]
) -> None:
    mapping = company.mappings / "history.yaml"
    text = (company.mappings / "customers.yaml").read_text().replace("name: customers", "name: history")
    text = text.replace("currency: {type: text}", "currency: {type: text}\n  since: {type: date}")
    mapping.write_text(text.replace("tier: {column: tier}}", "tier: {column: tier}, valid_from: {column: since}}"))
    days = dict(told)
    rows = "".join(f"C1,张伟,,{tier},,,{DAY + timedelta(days=day)}\n" for day, tier in days.items())
    with transaction.atomic():
        report = company.bring("history", CUSTOMER_HEAD.replace("\n", ",since\n") + rows)
        found = list(PartyDetail.objects.order_by("valid_from").values_list("valid_from", "tier"))
        transaction.set_rollback(True)
    with transaction.atomic():
        for day, tier in sorted(days.items()):
            company.bring("customers", CUSTOMER_HEAD + f"C1,张伟,,{tier},,\n", on=DAY + timedelta(days=day))
        single = list(PartyDetail.objects.order_by("valid_from").values_list("valid_from", "tier"))
        transaction.set_rollback(True)
    assert report.rows_refused == 0
    assert found == single
