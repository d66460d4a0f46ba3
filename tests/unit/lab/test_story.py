"""The story behind the files: proportions of P3, books that balance, contacts within the day."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from dunwell.lab.sample import calendar, contacts, receipts
from dunwell.lab.sample import proportions as share
from dunwell.lab.sample.accounts import directed
from dunwell.lab.sample.story import BLOCK_ACCOUNTS, PARTIES_PER_ACCOUNT, Story, tell

LARGE = 20_000
TAKEN_BACK = (receipts.REVERSAL, receipts.CHARGEBACK)
LOWERING = (receipts.PAYMENT, receipts.WAIVER, receipts.CREDIT_NOTE)


@pytest.fixture(scope="module")
def large() -> Story:
    """This fixture will tell a full block, large enough for its proportions to show."""
    return tell(seed=1, block=0, accounts=LARGE, as_of=calendar.number(date(2026, 3, 16)))


def late(story: Story, kind: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """This function will choose the overdue accounts of a type, in the house's own currency."""
    return story.accounts.overdue & (story.accounts.type == kind) & (story.accounts.currency == 0)  # type: ignore[no-any-return]


# ---- proportions [P3] -----------------------------------------------------------------------------------------------


def test_a_part_of_the_portfolio_is_not_overdue(large: Story) -> None:
    assert abs(large.accounts.overdue.mean() - share.OVERDUE_SHARE) < 0.02


@pytest.mark.parametrize("kind", range(4), ids=share.TYPES)
def test_arrears_types_have_their_share(large: Story, kind: int) -> None:
    types = large.accounts.type[large.accounts.overdue]
    assert abs((types == kind).mean() - share.TYPE_SHARES[kind]) < 0.02


@pytest.mark.parametrize("kind", range(4), ids=share.TYPES)
def test_arrears_types_have_their_mean_amount(large: Story, kind: int) -> None:
    mean_yuan = large.accounts.target_cents[late(large, kind)].mean() / 100
    assert mean_yuan == pytest.approx(share.TYPE_MEANS_YUAN[kind], rel=0.1)


@pytest.mark.parametrize(("cause", "part"), [(share.CASH_FLOW, 35), (share.DISPUTE, 12), (share.FORGOT, 5)])
def test_causes_of_the_non_malicious(large: Story, cause: int, part: int) -> None:
    causes = large.accounts.cause[late(large, share.NON_MALICIOUS)]
    assert abs((causes == cause).mean() - part / 52) < 0.02


def test_historical_arrears_are_older_than_two_years(large: Story) -> None:
    assert large.late_days[late(large, share.HISTORICAL)].min() > 730
    assert large.late_days[late(large, share.NON_MALICIOUS)].max() <= 200


def test_the_four_businesses_are_mixed(large: Story) -> None:
    businesses = np.bincount(np.array(share.CREDITOR_OF)[large.accounts.product]) / LARGE
    assert len(businesses) == 4
    assert businesses.min() > 0.05
    assert businesses[0] == max(businesses)


def test_new_business_is_iot_leased_lines_and_5g(large: Story) -> None:
    products = set(large.accounts.product[large.accounts.type == share.NEW_BUSINESS].tolist())
    assert products == {share.IOT, share.LEASED_LINE, share.MOBILE}


def test_mean_weights_restore_the_mean() -> None:
    assert share.mean_weight(share.NON_MALICIOUS) == share.mean_weight(share.MALICIOUS)
    assert share.mean_weight(share.NEW_BUSINESS) == pytest.approx(
        0.2 * 0.6 + 0.8 * (0.15 * 0.6 + 0.5 * 0.7 + 0.35 * 1.8)
    )


# ---- people ---------------------------------------------------------------------------------------------------------


def test_some_customers_have_several_accounts(large: Story) -> None:
    owned = large.customers.accounts
    assert owned.sum() == LARGE
    assert owned.min() == 1
    assert owned.max() == 4
    assert abs((owned > 1).mean() - 0.32) < 0.03


def test_special_groups_are_persons(large: Story) -> None:
    groups = large.customers.group
    assert 0.02 < (groups > 0).mean() < 0.08
    assert not (groups[large.customers.company] > 0).any()


def test_most_live_in_china_and_a_few_abroad(large: Story) -> None:
    zones = np.bincount(large.customers.zone, minlength=len(share.ZONES)) / len(large.customers)
    assert 0.93 < zones[0] < 0.98
    assert zones[1:].min() > 0


def test_a_few_customers_have_two_currencies(large: Story) -> None:
    accounts = large.accounts
    foreign = set(accounts.customer[accounts.currency > 0].tolist())
    assert 0 < len(foreign) < 0.05 * len(large.customers)
    assert foreign <= set(accounts.customer[accounts.currency == 0].tolist())


@pytest.mark.parametrize("role", range(4), ids=share.ROLES)
def test_every_role_is_held_by_somebody(large: Story, role: int) -> None:
    assert (large.bonds.role == role).sum() > 20


def test_nobody_stands_for_himself(large: Story) -> None:
    bonds = large.bonds
    assert not (bonds.customer == large.accounts.customer[bonds.account]).any()
    assert (bonds.customer >= 0).sum() > 20, "some co-debtors are customers as well"
    assert not large.customers.company[bonds.customer[bonds.customer >= 0]].any()


def test_numbers_of_the_next_block_go_on(large: Story) -> None:
    second = tell(seed=1, block=1, accounts=50, as_of=large.as_of)
    assert large.account_codes[0].as_py()[1:] == "000000000"
    assert second.account_codes[0].as_py()[1:] == f"{BLOCK_ACCOUNTS:09d}"
    assert second.customer_codes[0].as_py() == f"C{BLOCK_ACCOUNTS:09d}"
    assert not set(second.bond_codes.to_pylist()) & set(large.bond_codes.to_pylist())
    assert 1 + len(share.ROLES) == PARTIES_PER_ACCOUNT


# ---- bills and money ------------------------------------------------------------------------------------------------


def balance(story: Story, *, due_before: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """This function will sum, account by account, what came due before a day less all that was paid or lifted."""
    n = len(story.accounts)
    total = np.zeros(n, dtype=np.int64)
    due = story.bills.due < due_before
    np.add.at(total, story.bills.account[due], story.bills.amount[due])
    money = story.receipts
    stands = ~np.isin(money.key, money.replaces)
    lowers = stands & np.isin(money.entry, LOWERING)
    np.subtract.at(total, money.account[lowers], money.cents[lowers])
    back = stands & np.isin(money.entry, TAKEN_BACK)
    np.add.at(total, money.account[back], money.cents[back])
    return total


def test_what_is_overdue_is_what_was_drawn(large: Story) -> None:
    owed = balance(large, due_before=large.as_of)
    overdue = large.accounts.overdue
    assert np.array_equal(owed[overdue], large.accounts.target_cents[overdue])
    assert (owed[~overdue] <= 0).all()
    assert (owed[~overdue] < 0).sum() > 0, "a few have paid too much"


def test_every_account_has_bills(large: Story) -> None:
    assert set(large.bills.account.tolist()) == set(range(LARGE))


def test_bills_are_in_order_and_whole(large: Story) -> None:
    bills = large.bills
    assert (bills.booked < bills.due).all()
    assert (bills.booked <= large.as_of).all()
    assert (bills.due[bills.unpaid] < large.as_of).all()
    assert (bills.due[bills.future] >= large.as_of).all()
    assert bills.principal.min() > 0
    assert min(bills.interest.min(), bills.fee.min(), bills.penalty.min()) == 0
    same = bills.account[1:] == bills.account[:-1]
    assert (np.diff(bills.due)[same] > 0).all()


def test_the_oldest_unpaid_bill_is_the_first_unpaid(large: Story) -> None:
    bills = large.bills
    assert bills.oldest.sum() == large.accounts.overdue.sum()
    owner = bills.account[bills.oldest]
    assert np.array_equal(bills.due[bills.oldest], large.accounts.unpaid_due[owner])


def test_components_occur_where_they_belong(large: Story) -> None:
    product = large.accounts.product[large.bills.account]
    lenders = np.isin(product, (share.CONSUMER_CREDIT, share.INSTALMENT_LOAN))
    assert (large.bills.interest[lenders] > 0).any()
    assert (large.bills.interest[~lenders] == 0).all()
    assert (large.bills.fee[product != share.CONSUMER_CREDIT] == 0).all()
    assert (large.bills.penalty[directed(product)] == 0).all()


def test_nothing_is_received_after_the_date(large: Story) -> None:
    assert (large.receipts.day <= large.as_of).all()
    assert large.receipts.cents.min() > 0


@pytest.mark.parametrize("entry", range(7), ids=receipts.ENTRIES)
def test_every_kind_of_receipt_occurs(large: Story, entry: int) -> None:
    assert (large.receipts.entry == entry).any()


def test_what_is_taken_back_was_paid_before(large: Story) -> None:
    money = large.receipts
    place = {int(key): at for at, key in enumerate(money.key)}
    for back in np.flatnonzero(np.isin(money.entry, TAKEN_BACK)):
        paid = place[int(money.against[back])]
        assert money.entry[paid] == receipts.PAYMENT
        assert (money.account[paid], money.cents[paid]) == (money.account[back], money.cents[back])
        assert money.day[paid] < money.day[back]


def test_a_correction_comes_after_what_it_replaces(large: Story) -> None:
    money = large.receipts
    mended = np.flatnonzero(money.replaces >= 0)
    assert len(mended) > 10
    place = {int(key): at for at, key in enumerate(money.key)}
    for row in mended:
        wrong = place[int(money.replaces[row])]
        assert wrong < row
        assert money.cents[wrong] == 10 * money.cents[row]


def test_partial_payments_occur(large: Story) -> None:
    oldest = np.flatnonzero(large.bills.oldest)
    paid = large.receipts.bill[(large.receipts.entry == receipts.PAYMENT) & (large.receipts.against < 0)]
    assert np.isin(oldest, paid).mean() == pytest.approx(receipts.PARTIAL_SHARE, abs=0.02)


def test_accounts_open_before_their_first_bill_and_after_the_customer_came(large: Story) -> None:
    first = large.bills.ordinal == 0
    assert (large.opened[large.bills.account[first]] < large.bills.booked[first]).all()
    assert (large.customer_since[large.accounts.customer] <= large.opened).all()


def test_the_worst_account_is_overdue_for_longest(story: Story) -> None:
    for customer in range(0, len(story.customers), 17):
        own = np.flatnonzero(story.accounts.customer == customer)
        worst = story.worst_account[customer]
        assert worst in own
        assert story.late_days[worst] == story.late_days[own].max()


# ---- contacts -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def attempts(large: Story) -> contacts.Contacts:
    return contacts.draw(large)


def test_contacts_lie_in_the_last_90_days(large: Story, attempts: contacts.Contacts) -> None:
    back = large.as_of - attempts.day
    assert back.min() == 0
    assert back.max() == contacts.WINDOW_DAYS


def test_some_customers_were_contacted_on_the_day_itself(large: Story, attempts: contacts.Contacts) -> None:
    today = np.bincount(attempts.customer[attempts.day == large.as_of])
    assert {1, 2, 3} <= set(today.tolist())
    assert 0.01 < (today > 0).mean() < 0.06


def test_contacts_keep_the_hours_of_the_customer(attempts: contacts.Contacts) -> None:
    assert attempts.minute.min() >= 8 * 60
    assert attempts.minute.max() < 21 * 60


def test_the_clock_of_the_house_differs_for_customers_abroad(large: Story, attempts: contacts.Contacts) -> None:
    day, minute = contacts.shanghai(large, attempts)
    home = large.customers.zone[attempts.customer] == 0
    assert np.array_equal(day[home], attempts.day[home])
    assert np.array_equal(minute[home], attempts.minute[home])
    assert (minute[~home] != attempts.minute[~home]).any()
    assert (minute >= 0).all()
    assert (minute < 1440).all()


def test_new_york_at_ten_is_shanghai_at_night(large: Story, attempts: contacts.Contacts) -> None:
    day, minute = contacts.shanghai(large, attempts)
    summer = calendar.number(date(2026, 3, 9))  # Summer time in New York began on 2026-03-08.
    new_york = large.customers.zone[attempts.customer] == share.ZONES.index("America/New_York")
    there = new_york & (attempts.day >= summer)
    assert there.any()
    moved = (day - attempts.day)[there] * 1440 + (minute - attempts.minute)[there]
    assert set(moved.tolist()) == {12 * 60}


def test_answers_depend_on_the_hour(large: Story, attempts: contacts.Contacts) -> None:
    morning = (large.customers.answers[attempts.customer] == 0) & (attempts.channel == contacts.VOICE)
    hour = attempts.minute // 60
    answered = attempts.answerer == contacts.DEBTOR
    early, afternoon = np.isin(hour, (9, 10)), np.isin(hour, (14, 15, 16))
    assert answered[morning & early].mean() > 2 * answered[morning & afternoon].mean()


def test_the_malicious_answer_less(large: Story, attempts: contacts.Contacts) -> None:
    called = attempts.channel == contacts.VOICE
    kind = large.customers.type[attempts.customer]
    answered = attempts.answerer == contacts.DEBTOR
    assert answered[called & (kind == share.MALICIOUS)].mean() < answered[called & (kind == share.NON_MALICIOUS)].mean()


def test_outcomes_agree_with_who_answered(attempts: contacts.Contacts) -> None:
    spoke = np.isin(attempts.outcome, (contacts.PROMISED, contacts.REFUSED, contacts.DISPUTED, contacts.ASKED_FOR_HELP))
    assert attempts.talked[spoke].all()
    assert (attempts.answerer[attempts.outcome == contacts.WRONG_PERSON] == contacts.THIRD_PARTY).all()
    assert set(np.unique(attempts.outcome).tolist()) == set(range(len(contacts.OUTCOMES)))


def test_those_who_owe_nothing_are_rarely_contacted(large: Story, attempts: contacts.Contacts) -> None:
    clean = large.overdue_accounts == 0
    contacted = np.isin(np.arange(len(large.customers)), attempts.customer)
    assert contacted[clean].mean() < 0.1
    assert contacted[~clean].mean() > 0.6


# ---- the smallest ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("accounts", [1, 2, 3, 17])
def test_a_small_portfolio_balances_too(accounts: int) -> None:
    tiny = tell(seed=9, block=0, accounts=accounts, as_of=20_000)
    assert tiny.customers.accounts.sum() == accounts
    owed = balance(tiny, due_before=tiny.as_of)
    assert np.array_equal(owed[tiny.accounts.overdue], tiny.accounts.target_cents[tiny.accounts.overdue])


@pytest.mark.parametrize("as_of", ["2024-02-29", "2025-12-31", "2026-03-01", "2026-01-28"])
def test_any_date_will_do(as_of: str) -> None:
    told = tell(seed=2, block=0, accounts=600, as_of=calendar.number(date.fromisoformat(as_of)))
    owed = balance(told, due_before=told.as_of)
    assert np.array_equal(owed[told.accounts.overdue], told.accounts.target_cents[told.accounts.overdue])
    assert (owed[~told.accounts.overdue] <= 0).all()
