"""Who a customer is: every dimension on small snapshots made by hand."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from portrait_tables import TERMS, TODAY, account, day, draw, party, snapshot

from dunwell.ledger.kinds import Channel, SourceKind
from dunwell.portrait.dimensions import DIMENSIONS
from dunwell.portrait.frame import IDENTITY

NAMES = [dimension.name for dimension in DIMENSIONS]
COUNT = {"accounts", "payments_12m", "contacts_7d", "complaints_6m", "past_due_days"}


def charge(id: int, days_ago: int, amount: str = "100", account_id: int = 1) -> dict[str, Any]:
    return {
        "charge_id": id, "account_id": account_id, "booked_on": day(days_ago + 25), "due_on": day(days_ago),
        "component": "principal", "amount": amount,
    }  # fmt: skip


def payment(id: int, days_ago: int, amount: str = "100", account_id: int = 1) -> dict[str, Any]:
    return {"payment_id": id, "account_id": account_id, "paid_on": day(days_ago), "amount": amount}


def contact(days_ago: int, *, hour: int = 10, channel: str = "voice", **more: Any) -> dict[str, Any]:
    at = datetime.combine(day(days_ago), time(hour))
    usual = {"direction": "outbound", "purpose": "collection", "actor": "human", "connected": False}
    return (
        {"party_id": 1, "happened_at": at, "local_date": day(days_ago), "local_hour": hour, "channel": channel}
        | usual
        | more
    )


def signal(kind: str, days_ago: int, **more: Any) -> dict[str, Any]:
    return {"party_id": 1, "source_kind": "crm", "kind": kind, "happened_on": day(days_ago)} | more


def point(channel: str, *, quality: str = "verified", since: int = 900, until: int | None = None) -> dict[str, Any]:
    ends = None if until is None else day(until)
    return {"party_id": 1, "channel": channel, "quality": quality, "valid_from": day(since), "valid_until": ends}


def hold(kind: str, since: int, until: int | None = None) -> dict[str, Any]:
    return {"party_id": 1, "kind": kind, "from_on": day(since), "until_on": None if until is None else day(until)}


def drawn(**rows: Any) -> dict[str, Any]:
    """This function will draw the one customer with one account."""
    return draw(snapshot(**({"parties": [party()], "accounts": [account()]} | rows)))["t/C1"]


# Each: the rows that are told beside one person with one account, and what the portrait then says.
EXAMPLES: dict[str, tuple[dict[str, list[dict[str, Any]]], dict[str, Any]]] = {
    "nothing is known": (
        {},
        {
            "accounts": 1, "overdue_accounts": 0, "currencies": 1, "outstanding_reference": 0.0, "bucket": "M0",
            "utilisation": None, "tenure_months": None, "paid_on_time_share_12m": None, "days_since_payment": None,
            "peak_past_due_days_6m": 0, "usage_change_3m": None, "days_since_contact": None, "first_overdue_on": None,
            "contacted_since_overdue": False, "voice_answer_rate_90d": None, "message_answer_rate_90d": None,
            "best_hour": None, "preferred_channel": None, "reachable_sms": False, "dispute_open": False,
            "hardship": False, "bureau_score": None, "overdue_elsewhere": None, "overdue_cause": None,
            "service_suspended": False, "written_off": False, "sources_seen": "billing",
        },
    ),
    "lateness": (
        {"charges": [charge(1, 40), charge(2, 10)]},
        {
            "past_due_days": 40,
            "delinquent_days": 40,
            "bucket": "M2",
            "first_overdue_on": day(39),
            "overdue_accounts": 1,
        },
    ),
    "due today is not overdue": ({"charges": [charge(1, 0)]}, {"first_overdue_on": None, "overdue_reference": 0.0}),
    "punctuality": (
        {"charges": [charge(1, 100), charge(2, 70), charge(3, 40)], "payments": [payment(1, 100), payment(2, 60)]},
        {
            "paid_on_time_share_12m": pytest.approx(1 / 3), "payments_12m": 2, "days_since_payment": 60,
            "peak_past_due_days_6m": 40, "partial_payments_6m": 0,
        },
    ),
    "late long ago": (
        {"charges": [charge(1, 300)], "payments": [payment(1, 250)]},
        {"peak_past_due_days_6m": 0, "peak_past_due_days_12m": 50},
    ),
    "late now, more than ever": (
        {"charges": [charge(1, 300), charge(2, 60)], "payments": [payment(1, 250)]},
        {"peak_past_due_days_6m": 60, "peak_past_due_days_12m": 60},
    ),
    "a part payment": (
        {"charges": [charge(1, 40)], "payments": [payment(1, 20, "30")]},
        {"partial_payments_6m": 1, "paid_on_time_share_12m": 0.0},
    ),
    "promises and debits": (
        {
            "signals": [
                signal("promise_kept", 10), signal("promise_kept", 184), signal("promise_kept", 185),
                signal("promise_broken", 1), signal("promise_made", 1), signal("debit_failed", 91),
                signal("debit_failed", 93),
            ]
        },
        {"kept_promises_6m": 1, "broken_promises_6m": 1, "failed_debits_3m": 1},
    ),
    "use goes down by half": (
        {
            "signals": [
                signal("usage", 10, number="40"), signal("usage", 40, number="60"), signal("usage", 100, number="100"),
                signal("usage", 300, number="7"), signal("usage", 20),
            ]
        },
        {"usage_change_3m": -0.5},
    ),
    "no use before": ({"signals": [signal("usage", 10, number="40")]}, {"usage_change_3m": None}),
    "use from nothing": (
        {"signals": [signal("usage", 10, number="40"), signal("usage", 100, number="0")]},
        {"usage_change_3m": None},
    ),
    "contacts": (
        {
            "contacts": [
                contact(0), contact(0, channel="sms"), contact(6), contact(7), contact(0, direction="inbound"),
                contact(3, answered_by="debtor", conversation=True),
                contact(40, answered_by="debtor", conversation=True),
            ]
        },
        {"contacts_today": 2, "contacts_7d": 4, "days_since_contact": 0, "right_party_contacts_30d": 1},
    ),
    "contacted since it is overdue": (
        {"charges": [charge(1, 10)], "contacts": [contact(9)]},
        {"first_overdue_on": day(9), "contacted_since_overdue": True},
    ),
    "contacted only before": (
        {"charges": [charge(1, 10)], "contacts": [contact(10), contact(2, direction="inbound")]},
        {"contacted_since_overdue": False, "days_since_contact": 10},
    ),
    "who answers": (
        {
            "contacts": [
                contact(1, hour=9, answered_by="debtor", conversation=True), contact(2, hour=9, answered_by="nobody"),
                contact(3, hour=20, answered_by="third_party"), contact(4, hour=20, answered_by="voicemail"),
                contact(5, channel="sms", connected=True), contact(6, channel="sms", hour=7, answered_by="debtor"),
                contact(95, hour=20, connected=True), contact(96, hour=20, connected=True),
            ]
        },
        {
            "voice_answer_rate_90d": 0.5, "message_answer_rate_90d": 0.5, "best_hour": 20,
            "preferred_channel": "voice",
        },
    ),
    "the earlier of two hours, the first of two channels": (
        {
            "contacts": [
                contact(1, hour=18, answered_by="debtor"), contact(2, hour=8, channel="email", conversation=True)
            ]
        },
        {"best_hour": 8, "preferred_channel": "email"},
    ),
    "he wrote himself": (
        {"contacts": [contact(1, channel="social", direction="inbound", hour=5)]},
        {"preferred_channel": "social", "best_hour": None, "contacts_7d": 0, "message_answer_rate_90d": None},
    ),
    "addresses": (
        {
            "contact_points": [
                point("sms"), point("email", quality="unverified"), point("voice", quality="invalid"),
                point("letter", until=0), point("app_push", since=-1), point("social", until=-1),
            ]
        },
        {
            "reachable_sms": True, "reachable_email": True, "reachable_voice": False, "reachable_letter": False,
            "reachable_app_push": False, "reachable_social": True,
        },
    ),
    "addresses that changed": (
        {
            "contact_points": [point("sms"), point("sms", since=20), point("sms", since=500, until=20)],
            "signals": [signal("contact_detail_changed", 89), signal("contact_detail_changed", 90)],
        },
        {"contact_point_changes_90d": 3},
    ),
    "the first addresses are no change": (
        {"contact_points": [point("sms", since=5)]},
        {"contact_point_changes_90d": 0},
    ),
    "complaints and disputes": (
        {"signals": [signal("complaint", 3), signal("complaint", 300), signal("dispute_opened", 300)]},
        {"complaints_6m": 1, "disputes_12m": 1, "dispute_open": True},
    ),
    "a dispute that was closed": (
        {"signals": [signal("dispute_opened", 30), signal("dispute_closed", 30, code="rejected")]},
        {"disputes_12m": 1, "dispute_open": False},
    ),
    "opened again": (
        {"signals": [signal("dispute_opened", 30), signal("dispute_closed", 20), signal("dispute_opened", 10)]},
        {"disputes_12m": 2, "dispute_open": True},
    ),
    "a dispute on hold": ({"holds": [hold("dispute", 5)]}, {"dispute_open": True, "hardship": False}),
    "a dispute whose hold ended today": ({"holds": [hold("dispute", 5, 0)]}, {"dispute_open": False}),
    "breathing space": ({"holds": [hold("breathing_space", 5, -5)]}, {"hardship": True, "dispute_open": False}),
    "hardship was asked for": ({"signals": [signal("hardship_asked", 89)]}, {"hardship": True}),
    "hardship was asked for long ago": ({"signals": [signal("hardship_asked", 90)]}, {"hardship": False}),
    "the latest of the bureau": (
        {
            "signals": [
                signal("bureau_score", 10, number="612.5"), signal("bureau_score", 20, number="800"),
                signal("bureau_score", 5), signal("bureau_overdue_elsewhere", 9, number="2"),
                signal("bureau_overdue_elsewhere", 8, number="0"),
            ]
        },
        {"bureau_score": 612.5, "overdue_elsewhere": 0.0},
    ),
    "of two scores on one day the higher": (
        {"signals": [signal("bureau_score", 10, number="600"), signal("bureau_score", 10, number="610")]},
        {"bureau_score": 610.0},
    ),
    "an old report about others": (
        {"signals": [signal("bureau_overdue_elsewhere", 400, number="2"), signal("bureau_score", 400, number="500")]},
        {"bureau_score": 500.0, "overdue_elsewhere": None},
    ),
    "courts": (
        {"signals": [signal("court_case", 700), signal("court_enforcement", 3), signal("court_case", 800)]},
        {"court_cases_24m": 2},
    ),
    "bankruptcy": ({"signals": [signal("bankruptcy_search", 29)]}, {"bankruptcy_signal_30d": True}),
    "bankruptcy searched long ago": ({"signals": [signal("bankruptcy_search", 30)]}, {"bankruptcy_signal_30d": False}),
    "risk, app, rivals": (
        {
            "signals": [
                signal("device_new", 1), signal("virtual_number", 300), signal("identity_many_cards", 400),
                signal("login", 29), signal("app_session", 30), signal("rival_service_asked", 3),
            ]
        },
        {"identity_risk_signals_12m": 2, "app_sessions_30d": 1, "rival_interest_30d": True},
    ),
    "the latest cause": (
        {
            "signals": [
                signal("overdue_cause", 9, code="forgot"), signal("overdue_cause", 3, code="cash_flow"),
                signal("overdue_cause", 1, code="no such cause"), signal("overdue_cause", 1),
            ]
        },
        {"overdue_cause": "cash_flow"},
    ),
    "suspended": ({"signals": [signal("service_suspended", 9)]}, {"service_suspended": True}),
    "suspended and restored": (
        {"signals": [signal("service_suspended", 9), signal("service_suspended", 3, code="lifted")]},
        {"service_suspended": False},
    ),
    "written off": (
        {"adjustments": [{"account_id": 1, "effective_on": day(3), "kind": "write_off", "amount": "1"}]},
        {"written_off": True},
    ),
    "tomorrow is a customer's anniversary": (
        {"parties": [party(customer_since=date(2024, 11, 21))]},
        {"tenure_months": 23},
    ),
    "a customer since the same day of the month": (
        {"parties": [party(customer_since=date(2024, 11, 20))], "accounts": [account(opened_on=date(2020, 1, 1))]},
        {"tenure_months": 24},
    ),
    "an account is known, the beginning is not": (
        {"accounts": [account(1, opened_on=date(2026, 9, 1)), account(2, opened_on=date(2026, 10, 1))]},
        {"tenure_months": 2},
    ),
    "a customer from next year": ({"parties": [party(customer_since=date(2027, 1, 1))]}, {"tenure_months": 0}),
    "credit limits": (
        {
            "accounts": [account(1, credit_limit="400"), account(2), account(3, credit_limit="0")],
            "charges": [charge(1, 5), charge(2, 5, account_id=2)],
        },
        {"utilisation": 0.25},
    ),
    "two currencies add up only for ranking": (
        {
            "accounts": [account(1), account(2, currency="USD"), account(3, currency="XOF")],
            "charges": [charge(n, 5, account_id=n) for n in (1, 2, 3)],
        },
        {"currencies": 3, "overdue_reference": 100 + 712 + 100, "overdue_accounts": 3, "accounts": 3},
    ),
    "the account with the most overdue names product and creditor": (
        {
            "accounts": [account(1), account(2, product_line="mobile", creditor="tel", currency="USD")],
            "charges": [charge(1, 5, "700"), charge(2, 5, "100", account_id=2), charge(3, -5, "9000")],
        },
        {"product_line": "mobile", "creditor": "tel"},
    ),
    "of equals the first by name": (
        {"accounts": [account(1, account="t/B", creditor="b"), account(2, account="t/A", creditor="a")]},
        {"creditor": "a"},
    ),
    "sources": (
        {
            "parties": [party(region="CN-BJ")],
            "payments": [payment(1, 5)],
            "contacts": [contact(500)],
            "signals": [signal("usage", 5, source_kind="app_behaviour")],
        },
        {"completeness": 5 / 9, "sources_seen": "app_behaviour,billing,contact_events,crm,payments"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "said"), EXAMPLES.values(), ids=EXAMPLES)
def test_dimensions(rows: dict[str, list[dict[str, Any]]], said: dict[str, Any]) -> None:
    found = drawn(**rows)
    assert {name: found[name] for name in said} == said


def test_every_dimension_has_an_example() -> None:
    """Names that no example speaks of would be untested."""
    spoken = {name for _, said in EXAMPLES.values() for name in said}
    assert set(NAMES) <= spoken


def test_all_sources_make_it_complete() -> None:
    signals = [signal("usage", 5, source_kind=kind.value) for kind in SourceKind]
    found = drawn(signals=signals)
    assert (found["completeness"], found["sources_seen"]) == (1.0, ",".join(sorted(SourceKind.values)))


def test_one_row_for_each_customer_with_an_account() -> None:
    found = draw(
        snapshot(
            parties=[party(1, tier="gold", special_groups="elderly"), party(2), party(3, kind="company")],
            accounts=[account(1), account(2), account(3, party_id=3)],
            contacts=[contact(1) | {"party_id": 2}],
            signals=[signal("complaint", 1) | {"party_id": 3}],
        )
    )
    assert {name: row["accounts"] for name, row in found.items()} == {"t/C1": 2, "t/C3": 1}
    assert [list(row) for row in found.values()] == [[*IDENTITY, *NAMES]] * 2
    assert (found["t/C1"]["tier"], found["t/C1"]["special_groups"]) == ("gold", "elderly")
    assert [found[name]["complaints_6m"] for name in ("t/C1", "t/C3")] == [0, 1]


def test_an_empty_portfolio_has_no_portraits() -> None:
    assert draw(snapshot()) == {}


def test_windows_follow_the_calendar() -> None:
    """Half a year before 31 August is 28 February: a signal of that day is outside, one of the next is inside."""
    rows = {
        "parties": [party()],
        "accounts": [account()],
        "signals": [
            signal("complaint", 0) | {"happened_on": date(2026, 2, 28)},
            signal("complaint", 0) | {"happened_on": date(2026, 3, 1)},
        ],
    }
    assert draw(snapshot(**rows), as_of=date(2026, 8, 31))["t/C1"]["complaints_6m"] == 1


def test_amounts_for_ranking_do_not_hang_on_the_order_of_rows() -> None:
    """Thousands of fractions, in two orders: the sums are the same to the last bit."""
    accounts = [account(n, currency="USD" if n % 2 else "EUR") for n in range(1, 400)]
    charges = [charge(n, 5, f"{n * 7.013:.3f}", account_id=n) for n in range(1, 400)]
    ways = [
        drawn(accounts=accounts, charges=charges),
        drawn(accounts=accounts[::-1], charges=charges[::-1]),
    ]
    assert (
        ways[0]["overdue_reference"]
        == ways[1]["overdue_reference"]
        == pytest.approx(
            sum(round(float(c["amount"]) * (7.12 if n % 2 else 8.3), 2) for n, c in enumerate(charges, 1)), abs=0.02
        )
    )


def test_reference_rates_are_those_of_the_terms() -> None:
    rates = TERMS.reference.rates
    found = drawn(accounts=[account(currency="JPY")], charges=[charge(1, 5, "100000")])
    assert found["overdue_reference"] == pytest.approx(100000 * float(rates["JPY"]))


def test_reachable_names_every_channel_but_visits() -> None:
    named = {name.removeprefix("reachable_") for name in NAMES if name.startswith("reachable_")}
    assert named == {channel.value for channel in Channel if channel is not Channel.VISIT}


def test_the_hour_is_that_of_his_own_day() -> None:
    """A call late in the evening of UTC is on his next day: the snapshot has both, and the portrait uses his."""
    late = contact(0, hour=7, answered_by="debtor") | {"happened_at": datetime.combine(TODAY - timedelta(1), time(23))}
    found = drawn(contacts=[late])
    assert (found["contacts_today"], found["best_hour"]) == (1, 7)
