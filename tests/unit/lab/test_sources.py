"""What each of the nine files tells, row by row: nothing in it contradicts itself or another file."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dunwell.lab.sample import proportions as share
from dunwell.lab.sample.sources.crm import OPT_OUT_CHANNELS
from dunwell.ledger.kinds import Channel, HoldKind, PartyKind, ProductLine, RoleKind

from .conftest import AS_OF, Sample
from .reading import PARTS, Row, good

DAY = AS_OF.isoformat()


@pytest.fixture(scope="module")
def parties(sample: Sample) -> dict[str, Row]:
    return {row["customer_no"]: row for row in good(sample, "crm")}


@pytest.fixture(scope="module")
def contracts(sample: Sample) -> dict[str, Row]:
    return {row["account_no"]: row for row in good(sample, "billing") if row["row_type"] == "ACCOUNT"}


@pytest.fixture(scope="module")
def bills(sample: Sample) -> dict[str, Row]:
    return {row["bill_no"]: row for row in good(sample, "billing") if row["row_type"] == "BILL"}


@pytest.fixture(scope="module")
def receipts(sample: Sample) -> dict[str, Row]:
    return {row["txn_no"]: row for row in good(sample, "payments")}


@pytest.fixture(scope="module")
def attempts(sample: Sample) -> list[Row]:
    return [row for row in good(sample, "contact_events") if row["event"] == "contact"]


def dotted(text: str) -> date:
    return datetime.strptime(text, "%d.%m.%Y").date()  # noqa: DTZ007 - a day has no zone.


# ---- customer records -----------------------------------------------------------------------------------------------


def test_the_words_of_the_mappings_are_those_of_the_ledger() -> None:
    assert list(share.PRODUCTS) == ProductLine.values
    assert {"primary", *share.ROLES} == set(RoleKind.values)
    assert set(OPT_OUT_CHANNELS) <= set(Channel.values)
    assert PartyKind.values == ["person", "company"]


def test_regions_and_zones_agree(parties: dict[str, Row]) -> None:
    for row in parties.values():
        if row["time_zone"] == "Asia/Shanghai":
            assert row["region"] in share.REGIONS_HOME
        else:
            assert row["region"] == share.REGIONS_ABROAD[share.ZONES.index(row["time_zone"])]


def test_only_customers_have_level_identity_and_consents(parties: dict[str, Row]) -> None:
    for number, row in parties.items():
        customer = number.startswith("C")
        assert bool(row["level"]) == bool(row["identity_no"]) == bool(row["privacy_on"]) == customer
        assert customer or not (row["optout_on"] or row["stop_on"] or row["bureau_on"])


def test_companies_write_their_dates_with_slashes(parties: dict[str, Row]) -> None:
    written = {(row["type"], row["customer_since"][4]) for row in parties.values() if row["customer_since"]}
    assert written == {("个人", "-"), ("企业", "/")}


def test_an_old_number_ends_where_the_new_one_begins(parties: dict[str, Row]) -> None:
    changed = [row for row in parties.values() if row["old_mobile"]]
    assert len(changed) > 20
    for row in changed:
        assert row["updated_on"] < row["mobile_since"] <= DAY
        assert row["mobile"] != row["old_mobile"]


def test_mobile_columns_come_together(parties: dict[str, Row]) -> None:
    for row in parties.values():
        assert bool(row["mobile"]) == bool(row["mobile_since"]) == bool(row["mobile_state"])
    states = Counter(row["mobile_state"] for row in parties.values())
    assert states["已验证"] > states["未验证"] > states["无效"] > 0


def test_opt_outs_name_a_channel_and_may_have_ended(parties: dict[str, Row]) -> None:
    refused = [row for row in parties.values() if row["optout_on"]]
    assert 0.01 < len(refused) / len(parties) < 0.06
    for row in refused:
        assert row["optout_channel"] in OPT_OUT_CHANNELS
        assert row["optout_on"] < DAY
        assert not row["optout_ended_on"] or row["optout_on"] < row["optout_ended_on"] <= DAY
    assert any(row["optout_ended_on"] for row in refused)
    assert any(row["stop_on"] for row in parties.values()), "some want no contact at all"


def test_some_customers_wish_for_quiet_days(parties: dict[str, Row]) -> None:
    wished = {number: row for number, row in parties.items() if row["quiet_on"]}
    assert 0.005 < len(wished) / len(parties) < 0.05
    for number, row in wished.items():
        assert number.startswith("C")
        assert row["quiet_days"] in ("周末", "工作日")
        assert row["quiet_on"] < DAY
        assert not row["quiet_ended_on"] or row["quiet_on"] < row["quiet_ended_on"] <= DAY


# ---- contracts and bills --------------------------------------------------------------------------------------------


def test_contracts_come_before_bills(sample: Sample) -> None:
    order = [row["row_type"] for row in good(sample, "billing")]
    assert order == sorted(order)
    assert set(order) == {"ACCOUNT", "BILL", "STOP"}


def test_each_product_has_its_creditor(contracts: dict[str, Row]) -> None:
    pairs = {(row["product"], row["creditor"]) for row in contracts.values()}
    assert pairs == {(name, share.CREDITORS[share.CREDITOR_OF[at]]) for at, name in enumerate(share.PRODUCTS)}


def test_limits_are_for_those_who_borrow(contracts: dict[str, Row]) -> None:
    for row in contracts.values():
        assert bool(row["credit_limit"]) == (row["product"] in ("consumer_credit", "instalment_loan", "invoice"))
        assert not row["credit_limit"] or Decimal(row["credit_limit"]) % 500 == 0


def test_terms_are_plausible(contracts: dict[str, Row]) -> None:
    assert {row["grace_days"] for row in contracts.values()} == {"", "3", "5", "10"}
    assert all(row["opened_on"] < DAY for row in contracts.values())
    closed = [row for row in contracts.values() if row["closed_on"]]
    assert closed
    assert all(row["opened_on"] < row["closed_on"] < DAY for row in closed)


def test_a_bill_belongs_to_the_account_in_its_number(bills: dict[str, Row]) -> None:
    assert all(number.rpartition("-")[0] == row["account_no"] for number, row in bills.items())


def test_bills_hold_positive_parts(bills: dict[str, Row]) -> None:
    for row in bills.values():
        assert all(Decimal(row[part]) > 0 for part in PARTS if row[part])
        assert row["principal"]
        assert row["booked_on"] < row["due_on"]


def test_some_bills_come_due_soon_or_on_the_day(bills: dict[str, Row]) -> None:
    ahead = [row["due_on"] for row in bills.values() if row["due_on"] >= DAY]
    assert len(ahead) > 100
    assert max(ahead) <= (AS_OF + timedelta(days=20)).isoformat()


def test_service_stops_only_for_telecom_and_in_the_past(sample: Sample, contracts: dict[str, Row]) -> None:
    stops = [row for row in good(sample, "billing") if row["row_type"] == "STOP"]
    assert len(stops) > 50
    for row in stops:
        assert contracts[row["account_no"]]["product"] in ("mobile", "fixed", "broadband", "iot")
        assert contracts[row["account_no"]]["customer_no"] == row["customer_no"]
        assert row["stopped_on"] < DAY


def test_nobody_guarantees_for_himself(contracts: dict[str, Row]) -> None:
    for row in contracts.values():
        assert row["customer_no"] not in {row[f"{role}_no"] for role in share.ROLES}


def test_some_co_debtors_owe_for_themselves_as_well(contracts: dict[str, Row]) -> None:
    owners = {row["customer_no"] for row in contracts.values()}
    assert owners & {row["co_debtor_no"] for row in contracts.values()}


# ---- receipts -------------------------------------------------------------------------------------------------------


def test_columns_are_filled_by_class(receipts: dict[str, Row]) -> None:
    for row in receipts.values():
        assert bool(row["reason"]) == (row["class"] == "adjust")
        assert bool(row["method"]) == (row["class"] == "pay")
        assert bool(row["against_txn"]) == (row["reason"] in ("reversal", "chargeback"))
        assert not row["replaces_txn"] or row["class"] == "pay"
        assert int(row["amount_fen"]) > 0


def test_receipts_speak_the_account_s_currency_and_customer(
    receipts: dict[str, Row], contracts: dict[str, Row]
) -> None:
    for row in receipts.values():
        contract = contracts[row["account_no"]]
        assert (row["currency"], row["customer_no"]) == (contract["currency"], contract["customer_no"])


def test_business_payments_name_the_bill_and_consumers_do_not(
    receipts: dict[str, Row], contracts: dict[str, Row], bills: dict[str, Row]
) -> None:
    named = Counter()  # type: ignore[var-annotated]
    for row in receipts.values():
        if row["class"] == "pay":
            named[contracts[row["account_no"]]["product"], bool(row["charge_no"])] += 1
        if row["charge_no"]:
            assert bills[row["charge_no"].rpartition("/")[0]]["account_no"] == row["account_no"]
    directed = {product for product, yes in named if yes}
    assert directed == {"invoice", "leased_line"}
    assert {product for product, yes in named if not yes} == set(share.PRODUCTS) - directed


def test_a_waiver_lifts_a_penalty_that_was_booked(receipts: dict[str, Row], bills: dict[str, Row]) -> None:
    waivers = [row for row in receipts.values() if row["reason"] == "waiver"]
    assert waivers
    for row in waivers:
        bill, _, part = row["charge_no"].partition("/")
        assert part == "penalty"
        assert Decimal(bills[bill]["penalty"]) * 100 == Decimal(row["amount_fen"])


def test_a_credit_note_is_smaller_than_its_bill(receipts: dict[str, Row], bills: dict[str, Row]) -> None:
    notes = [row for row in receipts.values() if row["reason"] == "credit_note"]
    assert notes
    for row in notes:
        assert Decimal(row["amount_fen"]) < 100 * Decimal(bills[row["charge_no"].partition("/")[0]]["principal"])


def test_a_reversal_takes_back_a_payment_of_the_same_account(receipts: dict[str, Row]) -> None:
    for row in receipts.values():
        if row["against_txn"]:
            paid = receipts[row["against_txn"]]
            assert (paid["class"], paid["account_no"], paid["amount_fen"]) == (
                "pay",
                row["account_no"],
                row["amount_fen"],
            )
            assert paid["value_date"] < row["value_date"]


# ---- contacts and promises ------------------------------------------------------------------------------------------


def test_the_day_of_a_contact_is_the_customer_s_own(attempts: list[Row]) -> None:
    abroad = 0
    for row in attempts:
        house = datetime.strptime(row["at"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZoneInfo("Asia/Shanghai"))
        there = house.astimezone(ZoneInfo(row["zone"]))
        assert there.date().isoformat() == row["on"] <= DAY
        assert 8 <= there.hour < 21
        abroad += row["at"][:10] != row["on"]
    assert abroad > 0, "somewhere it is still yesterday"


def test_what_is_said_fits_how_it_was_said(attempts: list[Row]) -> None:
    for row in attempts:
        talked = row.get("conversation") is True
        assert ("conversation" in row and row["conversation"] is not None) == (row["channel"] == "voice")
        assert bool(row.get("staff")) == (row["actor"] == "human")
        assert not row.get("agency") or row["actor"] == "human"
        assert bool(row.get("voicemail")) == (row["answered_by"] == "voicemail")
        assert bool(row.get("recording")) == talked
        assert not row.get("note") or (talked and row["actor"] == "human")
        assert not row.get("promised") or row["outcome"] == "promised"
        assert talked <= row["connected"]


def test_a_contact_is_about_all_that_is_overdue(attempts: list[Row]) -> None:
    several = 0
    for row in attempts:
        debts = (row.get("debts") or "").split(",")
        assert (row["purpose"] == "collection") == (row["account_no"] in debts)
        several += len(debts) > 1
    assert several > 50


def test_points_of_contact_are_known_addresses(attempts: list[Row], parties: dict[str, Row]) -> None:
    columns = {
        "sms": "mobile", "voice": "mobile", "app_push": "app_id", "email": "email", "social": "social_id",
        "letter": "address",
    }  # fmt: skip
    for row in attempts:
        known = parties[row["customer_no"]][columns[row["channel"]]]
        assert row.get("point") == (f"{row['customer_no']}/{row['channel']}" if known else None)


def test_contacts_by_account_and_customer(attempts: list[Row], contracts: dict[str, Row]) -> None:
    assert all(contracts[row["account_no"]]["customer_no"] == row["customer_no"] for row in attempts)
    assert {row["direction"] for row in attempts} == {"outbound", "inbound"}
    assert {row["channel"] for row in attempts} == set(Channel.values) - {"visit"}


def test_promises_are_of_the_past_and_of_an_amount(sample: Sample, contracts: dict[str, Row]) -> None:
    results = [row for row in good(sample, "contact_events") if row["event"] == "promise"]
    for row in results:
        assert row["on"] <= DAY
        assert row["amount"] > 0
        assert contracts[row["account_no"]]["customer_no"] == row["customer_no"]
    broken = Counter(row["customer_no"] for row in results if row["result"] == "promise_broken")
    assert max(broken.values()) >= 3, "some break one promise after another"


# ---- behaviour, bureau, court ---------------------------------------------------------------------------------------


def test_usage_is_metered_at_the_end_of_months(sample: Sample, contracts: dict[str, Row]) -> None:
    months: Counter[str] = Counter()
    for row in good(sample, "app_behaviour"):
        assert row["day"] <= AS_OF
        assert (row["action"] == "usage") == (row["account_no"] is not None) == (row["value"] is not None)
        if row["action"] == "usage":
            assert (row["day"] + timedelta(days=1)).day == 1
            assert contracts[row["account_no"]]["product"] in ("mobile", "broadband", "iot")
            months[row["account_no"]] += 1
    assert set(months.values()) == {4}


def test_sessions_are_of_those_who_have_the_app(sample: Sample, parties: dict[str, Row]) -> None:
    for row in good(sample, "app_behaviour"):
        if row["action"] in ("login", "app_session", "plan_viewed"):
            assert parties[row["customer_no"]]["app_id"]


def test_the_bureau_is_asked_only_where_the_customer_agreed(sample: Sample, parties: dict[str, Row]) -> None:
    reports = list(good(sample, "credit_bureau"))
    assert len(reports) == len({row["customer_no"] for row in reports}) > 100
    for row in reports:
        assert parties[row["customer_no"]]["bureau_on"]
        assert 300 <= row["score"] <= 850
        assert timedelta(0) < AS_OF - row["reported_on"].date() <= timedelta(days=90)


def test_those_who_pay_have_better_scores(sample: Sample) -> None:
    elsewhere: dict[bool, list[int]] = {True: [], False: []}
    for row in good(sample, "credit_bureau"):
        elsewhere[row["overdue_elsewhere"] is not None].append(row["score"])
    mean = {told: sum(scores) / len(scores) for told, scores in elsewhere.items()}
    assert mean[False] > mean[True] + 30


def test_enforcement_follows_a_case(sample: Sample) -> None:
    told: dict[str, dict[str, Any]] = {}
    for row in good(sample, "court"):
        told.setdefault(row["客户编号"], {})[row["类别"]] = row["公告日期"]
        assert row["公告日期"] <= AS_OF.strftime("%Y年%m月%d日")
    enforced = [kinds for kinds in told.values() if "执行" in kinds]
    assert enforced
    assert all(kinds["立案"] < kinds["执行"] for kinds in enforced)


# ---- tickets, devices -----------------------------------------------------------------------------------------------


def test_tickets_pause_what_they_are_about(sample: Sample) -> None:
    for row in good(sample, "tickets"):
        assert row["pause"] == ("" if row["topic"] == "complaint" else row["topic"])
        assert not row["pause"] or row["pause"] in HoldKind.values
        assert bool(row["account_no"]) <= (row["topic"] == "dispute")
        assert bool(row["verdict"]) == (row["topic"] == "dispute" and bool(row["pause_ended_on"]))
        assert dotted(row["opened_on"]) <= AS_OF


def test_some_disputes_are_open_and_some_decided_either_way(sample: Sample) -> None:
    verdicts = Counter(row["verdict"] for row in good(sample, "tickets") if row["topic"] == "dispute")
    assert set(verdicts) == {"", "upheld", "rejected"}


def test_some_pauses_run_on_and_some_are_over(sample: Sample) -> None:
    ends = [dotted(row["pause_until"]) for row in good(sample, "tickets") if row["pause_until"]]
    assert min(ends) <= AS_OF < max(ends)


def test_many_cards_are_counted_and_nothing_else(sample: Sample) -> None:
    for row in good(sample, "device_identity"):
        assert (row.get("count") is not None) == (row["kind"] == "identity_many_cards")
        assert (AS_OF - timedelta(days=360)).isoformat() < row["on"] <= DAY


def test_signs_of_fraud_gather_on_few(sample: Sample, parties: dict[str, Row]) -> None:
    signs = Counter(
        row["customer_no"]
        for row in good(sample, "device_identity")
        if row["kind"] in ("virtual_number", "identity_many_cards")
    )
    assert 0.01 < len(signs) / len(parties) < 0.12
    assert max(signs.values()) == 2
