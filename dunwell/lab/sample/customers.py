"""Who owes: invented customers of one block, as columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dunwell.lab.sample import proportions as share
from dunwell.lab.sample.chance import Dice, Flags, Ints

# How strongly a customer leans to paying late, by arrears type: punctual, near the day, late.
PUNCTUALITY_SHARES = ((0.1, 0.3, 0.6), (0.45, 0.35, 0.2), (0.1, 0.4, 0.5), (0.3, 0.4, 0.3))
# When a customer tends to answer: morning, midday, evening.
ANSWER_SHARES = (0.25, 0.25, 0.5)


@dataclass(frozen=True)
class Customers:
    """One element per customer; what is a kind is an index into a tuple of `proportions`."""

    accounts: Ints
    first_account: Ints  # Index inside the block of the customer's first account.
    company: Flags
    type: Ints
    zone: Ints
    region_home: Ints
    english: Flags
    tier: Ints
    group: Ints
    punctuality: Ints
    answers: Ints
    # What the company knows of how to reach them.
    mobile: Flags
    mobile_changed: Flags
    email: Flags
    app: Flags
    social: Flags
    address: Flags

    def __len__(self) -> int:
        return len(self.accounts)


def draw(*, accounts: int, dice: Dice) -> Customers:
    """This function will draw as many customers as it takes to own exactly so many accounts."""
    owned = _owned(accounts=accounts, dice=dice)
    n = len(owned)
    kind = dice.pick(share.TYPE_SHARES, n)
    company = dice.yes(np.where(kind == share.NEW_BUSINESS, share.COMPANY_SHARE_NEW, share.COMPANY_SHARE), n)
    zone = dice.pick(share.ZONE_SHARES, n)
    abroad = zone != 0
    return Customers(
        accounts=owned,
        first_account=np.cumsum(owned) - owned,
        company=company,
        type=kind,
        zone=zone,
        region_home=dice.between(0, len(share.REGIONS_HOME), n),
        english=dice.yes(np.where(abroad, 0.6, 0.015), n),
        tier=dice.pick(share.TIER_SHARES, n),
        # Special groups stand in the file only with the customer's consent [P8], and companies belong to none.
        group=np.where(company, 0, dice.pick(share.GROUP_SHARES, n)),
        punctuality=dice.pick_by(kind, PUNCTUALITY_SHARES),
        answers=dice.pick(ANSWER_SHARES, n),
        mobile=dice.yes(0.97, n),
        mobile_changed=dice.yes(np.where(kind == share.MALICIOUS, 0.25, 0.05), n),
        email=dice.yes(np.where(company, 0.95, 0.4), n),
        app=~company & dice.yes(0.55, n),
        social=~company & dice.yes(0.2, n),
        address=company | dice.yes(0.3, n),
    )


def _owned(*, accounts: int, dice: Dice) -> Ints:
    """This function will draw how many accounts each customer has, adding up to `accounts` exactly."""
    sizes = dice.pick(share.ACCOUNTS_PER_CUSTOMER, accounts) + 1
    ends = np.cumsum(sizes)
    count = int(np.searchsorted(ends, accounts)) + 1 if accounts else 0
    kept = sizes[:count].copy()
    if count:
        kept[-1] -= int(ends[count - 1]) - accounts
    return kept
