"""The tables of proportions, and the accounts that are drawn by them."""

import numpy as np
import pytest

from dunwell.lab.sample import accounts, calendar, customers
from dunwell.lab.sample import proportions as share
from dunwell.lab.sample.chance import Dice

AS_OF = 20_777
WHOLE = {
    "TYPE_SHARES": share.TYPE_SHARES,
    "ACCOUNTS_PER_CUSTOMER": share.ACCOUNTS_PER_CUSTOMER,
    "TIER_SHARES": share.TIER_SHARES,
    "GROUP_SHARES": share.GROUP_SHARES,
    "ZONE_SHARES": share.ZONE_SHARES,
    **{f"AGE_SHARES[{kind}]": row for kind, row in enumerate(share.AGE_SHARES)},
    **{f"CLASS_PRODUCTS[{row}]": shares for row, shares in enumerate(share.CLASS_PRODUCTS)},
}


@pytest.mark.parametrize("shares", WHOLE.values(), ids=WHOLE)
def test_shares_make_a_whole(shares: tuple[float, ...]) -> None:
    assert sum(shares) == pytest.approx(1)
    assert min(shares) >= 0


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        (share.CAUSE_SHARES, share.CAUSES),
        (share.AGE_SHARES, share.AGE_BANDS),
        (share.CLASS_PRODUCTS, share.PRODUCTS),
        (share.ROLE_SHARES, share.PRODUCTS),
        ((share.TYPE_SHARES, share.TYPE_MEANS_YUAN), share.TYPES),
        ((share.TIER_SHARES,), share.TIERS),
        ((share.GROUP_SHARES,), share.GROUPS),
        ((share.ZONE_SHARES, share.REGIONS_ABROAD), share.ZONES),
        ((share.CREDITOR_OF, share.PRODUCT_WEIGHTS, share.UNPAID_BILLS_MAX), share.PRODUCTS),
        ((share.RATES,), share.CURRENCIES),
    ],
)
def test_every_row_has_one_figure_a_name(rows: tuple[tuple[object, ...], ...], names: tuple[object, ...]) -> None:
    assert {len(row) for row in rows} == {len(names)}


def test_bands_of_age_rise_and_never_meet() -> None:
    edges = [edge for band in share.AGE_BANDS for edge in band]
    assert edges == sorted(set(edges))
    assert edges[0] == 1, "overdue from the day after the bill was due"


@pytest.fixture(scope="module")
def drawn() -> tuple[customers.Customers, accounts.Accounts]:
    who = customers.draw(accounts=20_000, dice=Dice(seed=3, block=0, name="customers"))
    return who, accounts.draw(customers=who, as_of=AS_OF, dice=Dice(seed=3, block=0, name="accounts"))


def test_every_account_has_an_owner_and_every_customer_an_account(
    drawn: tuple[customers.Customers, accounts.Accounts],
) -> None:
    who, held = drawn
    assert len(held) == 20_000
    assert (np.bincount(held.customer, minlength=len(who)) == who.accounts).all()


def test_overdue_means_due_before_the_day(drawn: tuple[customers.Customers, accounts.Accounts]) -> None:
    _who, held = drawn
    assert ((held.unpaid_due < AS_OF) == held.overdue).all()
    assert held.unpaid_due.max() <= AS_OF + accounts.DUE_SOON_DAYS + 31
    _month, day = calendar.month_and_day(held.unpaid_due)
    assert day.max() <= calendar.DUE_DAY_MAX


def test_no_debt_is_too_small_to_tell(drawn: tuple[customers.Customers, accounts.Accounts]) -> None:
    assert drawn[1].target_cents.min() >= accounts.OVERDUE_MIN_CENTS


def test_penalties_are_not_for_those_who_pay_bill_by_bill(
    drawn: tuple[customers.Customers, accounts.Accounts],
) -> None:
    _who, held = drawn
    assert not (held.penalised & accounts.directed(held.product)).any()
    assert held.penalised.any()


def test_interest_is_for_lenders_only(drawn: tuple[customers.Customers, accounts.Accounts]) -> None:
    _who, held = drawn
    assert set(held.product[held.interest_bearing]) == {share.CONSUMER_CREDIT, share.INSTALMENT_LOAN}


def test_the_first_account_is_in_the_house_s_own_currency(
    drawn: tuple[customers.Customers, accounts.Accounts],
) -> None:
    who, held = drawn
    assert (held.currency[who.first_account] == 0).all()
    assert set(held.currency) == {0, 1, 2}


def test_bonds_name_other_people(drawn: tuple[customers.Customers, accounts.Accounts]) -> None:
    who, held = drawn
    bonds = accounts.bind(accounts=held, customers=who, dice=Dice(seed=3, block=0, name="bonds"))
    known = bonds.customer >= 0
    assert known.any()
    assert (bonds.customer[known] != held.customer[bonds.account[known]]).all()
    assert not who.company[bonds.customer[known]].any()
    assert bonds.role[known].max() < 2, "only co-debtors and guarantors owe for themselves as well"
