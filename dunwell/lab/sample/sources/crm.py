"""Customer records: who the parties are, how to reach them, what they agreed to and refused."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from dunwell.lab.sample import people
from dunwell.lab.sample import proportions as share
from dunwell.lab.sample.chance import Dice, Flags, Ints
from dunwell.lab.sample.columns import at, coded, days, either, known, only, stacked
from dunwell.lab.sample.dirt import Dirt, Rows, bad_date, missing, retold, unknown_code, wrong_cells
from dunwell.lab.sample.forms import Delimited
from dunwell.lab.sample.source import Delivery, Source, counted
from dunwell.lab.sample.story import PARTIES_PER_ACCOUNT, Story

KINDS = ("个人", "企业")
LEVELS = ("金", "银", "铜")
MOBILE_STATES = ("已验证", "未验证", "无效")
OPT_OUT_CHANNELS = ("sms", "voice", "app_push", "email")
OPT_OUT_SHARE, ALL_CONTACT_SHARE, REVOKED_SHARE = 0.03, 0.004, 0.15
QUIET_DAYS, QUIET_SHARE = ("周末", "工作日"), 0.02
COLUMNS = (
    "customer_no", "type", "name", "identity_no", "region", "time_zone", "language", "level", "customer_since",
    "groups", "groups_consent", "mobile", "mobile_since", "mobile_state", "old_mobile", "email", "app_id",
    "social_id", "address", "privacy_on", "bureau_on", "optout_channel", "optout_on", "optout_ended_on", "stop_on",
    "updated_on", "quiet_days", "quiet_on", "quiet_ended_on",
)  # fmt: skip


@dataclass(frozen=True)
class Parties:
    """All parties of a block: its customers, then those who only stand for an account of somebody else."""

    code: pa.Array
    number: Ints
    company: Flags
    english: Flags
    zone: Ints
    region_home: Ints
    tier: Ints  # -1: no customer.
    group: Ints
    since: Ints
    mobile: Flags
    mobile_changed: Flags
    email: Flags
    app: Flags
    social: Flags
    address: Flags
    borrower: Flags  # Holds an account of a lender: the bureau may be asked about him.

    def __len__(self) -> int:
        return len(self.number)


def _parties(story: Story) -> Parties:
    """This function will put customers and strangers below one another."""
    customers, bonds, strangers = story.customers, story.bonds, story.strangers
    owner = story.accounts.customer[bonds.account[strangers]]
    extra = len(strangers)
    no, yes = np.zeros(extra, dtype=np.bool_), np.ones(extra, dtype=np.bool_)
    number = PARTIES_PER_ACCOUNT * np.concatenate(
        [customers.first_account + story.first, bonds.account[strangers] + story.first]
    )
    number[len(customers) :] += 1 + bonds.role[strangers]
    lends = np.isin(story.accounts.product, (share.CONSUMER_CREDIT, share.INSTALMENT_LOAN, share.INVOICE))
    borrower = np.bincount(story.accounts.customer, weights=lends, minlength=len(customers)) > 0
    return Parties(
        code=stacked(story.customer_codes, at(story.bond_codes, strangers)),
        number=number,
        company=np.concatenate([customers.company, no]),
        english=np.concatenate([customers.english, customers.english[owner]]),
        zone=np.concatenate([customers.zone, customers.zone[owner]]),
        region_home=np.concatenate([customers.region_home, customers.region_home[owner]]),
        tier=np.concatenate([customers.tier, np.full(extra, -1)]),
        group=np.concatenate([customers.group, np.zeros(extra, dtype=np.int64)]),
        since=np.concatenate([story.customer_since, story.opened[bonds.account[strangers]]]),
        mobile=np.concatenate([customers.mobile, yes]),
        mobile_changed=np.concatenate([customers.mobile_changed & customers.mobile, no]),
        email=np.concatenate([customers.email, no]),
        app=np.concatenate([customers.app, no]),
        social=np.concatenate([customers.social, no]),
        address=np.concatenate([customers.address, no]),
        borrower=np.concatenate([borrower, no]),
    )


def _who(parties: Parties, dice: Dice) -> Rows:
    customer = parties.tier >= 0
    abroad = coded(share.REGIONS_ABROAD, parties.zone)
    since = either(parties.company, days(parties.since, "%Y/%m/%d"), days(parties.since))
    group = coded(share.GROUPS, parties.group)
    grouped = parties.group > 0
    return {
        "customer_no": parties.code,
        "type": coded(KINDS, parties.company),
        "name": people.names(company=parties.company, english=parties.english, dice=dice),
        "identity_no": only(customer, people.identities(party=parties.number, company=parties.company, dice=dice)),
        "region": either(parties.zone == 0, coded(share.REGIONS_HOME, parties.region_home), abroad),
        "time_zone": coded(share.ZONES, parties.zone),
        "language": coded(("zh", "en"), parties.english),
        "level": only(customer, coded(LEVELS, np.maximum(parties.tier, 0))),
        "customer_since": only(customer, since),
        "groups": only(grouped, group),
        "groups_consent": only(grouped, "是"),
    }


def _reach(parties: Parties, as_of: int, dice: Dice) -> Rows:
    n = len(parties)
    changed = parties.mobile_changed
    moved = np.maximum(as_of - dice.between(1, 300, n), parties.since + 1)
    number = parties.number
    return {
        "mobile": only(parties.mobile, people.mobiles(party=number, zone=parties.zone, dice=dice)),
        "mobile_since": only(parties.mobile, days(np.where(changed, moved, parties.since))),
        "mobile_state": only(parties.mobile, coded(MOBILE_STATES, dice.pick((0.83, 0.12, 0.05), n))),
        "old_mobile": only(changed, people.old_mobiles(number)),
        "email": only(parties.email, people.emails(party=number, english=parties.english, dice=dice)),
        "app_id": only(parties.app, people.app_ids(number)),
        "social_id": only(parties.social, people.social_ids(number)),
        "address": only(parties.address, people.addresses(party=number, dice=dice)),
    }


def _will(parties: Parties, as_of: int, dice: Dice) -> Rows:
    """This function will tell what the parties agreed to, and which contact they refused."""
    n = len(parties)
    customer = parties.tier >= 0
    refused = customer & dice.yes(OPT_OUT_SHARE, n)
    on = as_of - dice.between(10, 500, n)
    ended = refused & dice.yes(REVOKED_SHARE, n)
    told = {
        "privacy_on": only(customer, days(parties.since)),
        "bureau_on": only(parties.borrower, days(parties.since)),
        "optout_channel": only(refused, coded(OPT_OUT_CHANNELS, dice.pick((0.35, 0.45, 0.1, 0.1), n))),
        "optout_on": only(refused, days(on)),
        "optout_ended_on": only(ended, days(np.minimum(on + 60, as_of))),
        "stop_on": only(customer & dice.yes(ALL_CONTACT_SHARE, n), days(on)),
        "updated_on": days(parties.since),
    }
    return told | _wishes(customer, as_of, dice)


def _wishes(customer: Flags, as_of: int, dice: Dice) -> Rows:
    """This function will tell on which days some customers do not wish to be disturbed."""
    n = len(customer)
    wished = customer & dice.yes(QUIET_SHARE, n)
    on = as_of - dice.between(10, 300, n)
    ended = wished & dice.yes(REVOKED_SHARE, n)
    return {
        "quiet_days": only(wished, coded(QUIET_DAYS, dice.pick((0.8, 0.2), n))),
        "quiet_on": only(wished, days(on)),
        "quiet_ended_on": only(ended, days(np.minimum(on + 60, as_of))),
    }


def deliver(story: Story) -> Delivery:
    """This function will write one row per party."""
    parties, dice = _parties(story), story.dice("crm")
    rows = {
        **_who(parties, dice),
        **_reach(parties, story.as_of, dice),
        **_will(parties, story.as_of, dice),
    }
    filled = {name: known(column) for name, column in rows.items()}
    # A mobile number is reached by text and by voice: two contact points; so is the one before.
    points = 2 * filled["mobile"] + 2 * filled["old_mobile"]
    points += sum(filled[name] for name in ("email", "app_id", "social_id", "address"))
    facts = counted(
        party=len(parties),
        party_detail=len(parties),
        contact_point=points,
        consent=sum(filled[name] for name in ("privacy_on", "bureau_on", "optout_on", "stop_on")),
        consent_revocation=filled["optout_ended_on"],
        wish=filled["quiet_on"],
        wish_revocation=filled["quiet_ended_on"],
    )
    return Delivery(rows, facts)


PERSON = ("type", KINDS[0])
SOURCE = Source(
    kind="crm",
    file="crm_customers.csv",
    form=Delimited(encoding="utf-8-sig", quoted=frozenset({"name", "groups", "address"})),
    identity="customer_no",
    columns=COLUMNS,
    dirt=(
        missing("customer_no"),
        bad_date("customer_since", "2023-02-30"),
        unknown_code("type", "外星人", what="type of party"),
        unknown_code("time_zone", "Mars/Olympus", what="time zone"),
        Dirt("special group without consent", "consent-missing", {"groups": "ill", "groups_consent": "否"}, PERSON),
        *wrong_cells(),
        retold("type", KINDS[1], among=PERSON),
    ),
    deliver=deliver,
)
