"""The tier-1 tables: facts that are only ever added, each naming the batch that brought it.

Two kinds of table. *Events* (charge, payment, contact …) are told once: their (source, external id) is unique, and
a correction is a new event that names the one it `corrects`, which then counts for no date at all. *Versions*
(party detail, account terms) are told again whenever they change, and the latest one valid on a date counts.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from dunwell.ledger.columns import AmountField, at_most, one_of, ordered, positive
from dunwell.ledger.kinds import (
    AdjustmentKind,
    Answerer,
    Channel,
    Component,
    ConsentStance,
    ContactActor,
    Direction,
    HoldKind,
    PartyKind,
    Place,
    ProductLine,
    Quality,
    RoleKind,
    SourceKind,
    WishDays,
    WishStance,
)

DAY_MINUTES = 24 * 60


class Batch(models.Model):
    """One arrival of facts: a file, a query's result, or one action."""

    recorded_at = models.DateTimeField()
    by = models.TextField()
    source = models.TextField()
    source_kind = models.TextField(choices=SourceKind.choices)
    mapping = models.TextField()
    mapping_digest = models.TextField()
    origin = models.TextField()
    origin_digest = models.TextField()
    rows_read = models.BigIntegerField()
    rows_refused = models.BigIntegerField()
    # What came of the batch, table by table: {"charge": {"added": 10, "same": 2, "digest": "…"}}.
    content = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "origin_digest", "mapping_digest"], name="ledger_batch_once"),
            one_of("source_kind", SourceKind),
        ]


class Fact(models.Model):
    """What every fact carries: who told it, under which id, in which batch, and the digest of its content."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, db_index=False)
    source = models.TextField()
    external_id = models.TextField()
    # SHA-256 over the content columns, computed by the database itself: see ledger.targets.
    content_digest = models.BinaryField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True


class Event(Fact):
    """A fact that is told once; `corrects` names the earlier event it replaces."""

    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="%(app_label)s_%(class)s_once"),
            models.UniqueConstraint(
                fields=["corrects"], name="%(app_label)s_%(class)s_corrected_once", condition=Q(corrects__isnull=False)
            ),
        ]


class Version(Fact):
    """A fact about a thing that changes: the latest version valid on a date counts."""

    valid_from = models.DateField()

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id", "valid_from", "content_digest"],
                name="%(app_label)s_%(class)s_once",
            )
        ]


class Party(Event):
    """A person or company; everything that may change about it stands in its details."""

    kind = models.TextField(choices=PartyKind.choices)
    # Names the key in the vault under which this party's personal data is sealed.
    subject = models.UUIDField(unique=True)

    class Meta(Event.Meta):
        constraints = [*Event.Meta.constraints, one_of("kind", PartyKind)]


class PartyDetail(Version):
    """What is known of a party from a date on; names and identity numbers are sealed."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT)
    region = models.TextField(null=True)
    time_zone = models.TextField(null=True)
    language = models.TextField(null=True)
    tier = models.TextField(null=True)
    customer_since = models.DateField(null=True)
    # Codes of special groups [P8], sorted, separated by commas; kept only with the party's consent.
    special_groups = models.TextField(null=True)
    special_groups_consent = models.BooleanField(null=True)
    name_sealed = models.BinaryField(null=True)
    name_digest = models.BinaryField(null=True, db_index=True)
    identity_sealed = models.BinaryField(null=True)
    identity_digest = models.BinaryField(null=True, db_index=True)

    class Meta(Version.Meta):
        constraints = [
            *Version.Meta.constraints,
            models.CheckConstraint(
                condition=Q(special_groups__isnull=True) | Q(special_groups_consent=True),
                name="ledger_partydetail_special_groups_need_consent",
            ),
        ]


class Account(Event):
    """A contract under which money comes due; the party who owes holds the role `primary`."""

    product_line = models.TextField(choices=ProductLine.choices)
    creditor = models.TextField()
    currency = models.CharField(max_length=3)
    opened_on = models.DateField(null=True)

    class Meta(Event.Meta):
        constraints = [*Event.Meta.constraints, one_of("product_line", ProductLine)]


class AccountTerms(Version):
    """The terms of an account from a date on; `grace_days=None` means the product line's default."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    credit_limit = AmountField(null=True)
    grace_days = models.PositiveSmallIntegerField(null=True)
    closed_on = models.DateField(null=True)


class PartyRole(Event):
    """What a party is to an account over a period of days."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT)
    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    role = models.TextField(choices=RoleKind.choices)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta(Event.Meta):
        constraints = [*Event.Meta.constraints, one_of("role", RoleKind), ordered("valid_from", "valid_until")]


class Charge(Event):
    """An amount that comes due on a day; it is overdue from the next day on."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    booked_on = models.DateField()
    due_on = models.DateField()
    component = models.TextField(choices=Component.choices)
    amount = AmountField()

    class Meta(Event.Meta):
        constraints = [*Event.Meta.constraints, one_of("component", Component), positive()]


class Payment(Event):
    """Money received; it pays the charge it names, else the account in the product line's allocation order."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    charge = models.ForeignKey(Charge, null=True, on_delete=models.PROTECT, db_index=False)
    paid_on = models.DateField()
    amount = AmountField()
    method = models.TextField(null=True)

    class Meta(Event.Meta):
        constraints = [*Event.Meta.constraints, positive()]


class Adjustment(Event):
    """A change of what is owed that is not a payment: it lowers the debt, or takes a payment back."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    charge = models.ForeignKey(Charge, null=True, on_delete=models.PROTECT, db_index=False)
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, db_index=False)
    effective_on = models.DateField()
    kind = models.TextField(choices=AdjustmentKind.choices)
    amount = AmountField()

    class Meta(Event.Meta):
        constraints = [*Event.Meta.constraints, one_of("kind", AdjustmentKind), positive()]


class ContactPoint(Event):
    """An address at which a party can be reached; its value is sealed and found by its digest."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT)
    channel = models.TextField(choices=Channel.choices)
    value_sealed = models.BinaryField()
    value_digest = models.BinaryField(db_index=True)
    quality = models.TextField(choices=Quality.choices)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta(Event.Meta):
        constraints = [
            *Event.Meta.constraints,
            one_of("channel", Channel),
            one_of("quality", Quality),
            ordered("valid_from", "valid_until"),
        ]


class Consent(Event):
    """What a party granted or refused: to whom, for what, by which channel, from when to when.

    A refusal with a channel is an opt-out of that channel; without one it ends all contact. With a contact point it
    is about that one address or number only, for any debt.
    """

    party = models.ForeignKey(Party, on_delete=models.PROTECT)
    stance = models.TextField(choices=ConsentStance.choices)
    granted_to = models.TextField()
    purpose = models.TextField()
    channel = models.TextField(choices=Channel.choices, null=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    contact_point = models.ForeignKey(ContactPoint, null=True, on_delete=models.PROTECT, db_index=False)

    class Meta(Event.Meta):
        constraints = [
            *Event.Meta.constraints,
            one_of("stance", ConsentStance),
            one_of("channel", Channel),
            ordered("valid_from", "valid_until"),
        ]


class ConsentRevocation(Event):
    """The end of a consent (or of a refusal) before its time."""

    consent = models.ForeignKey(Consent, on_delete=models.PROTECT)
    revoked_on = models.DateField()


class Wish(Event):
    """A time or a place that a party called inconvenient or convenient, with the channel or address it is about.

    Minutes are counted from midnight by the party's own clock; from 1320 until 360 runs over midnight, each day by
    itself. What is left out is not limited: no days are all days, no hours the whole day.
    """

    party = models.ForeignKey(Party, on_delete=models.PROTECT)
    stance = models.TextField(choices=WishStance.choices)
    days = models.TextField(choices=WishDays.choices, null=True)
    from_minute = models.PositiveSmallIntegerField(null=True)
    until_minute = models.PositiveSmallIntegerField(null=True)
    place = models.TextField(choices=Place.choices, null=True)
    channel = models.TextField(choices=Channel.choices, null=True)
    contact_point = models.ForeignKey(ContactPoint, null=True, on_delete=models.PROTECT, db_index=False)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta(Event.Meta):
        constraints = [
            *Event.Meta.constraints,
            one_of("stance", WishStance),
            one_of("days", WishDays),
            one_of("place", Place),
            one_of("channel", Channel),
            at_most("from_minute", DAY_MINUTES),
            at_most("until_minute", DAY_MINUTES),
            ordered("valid_from", "valid_until"),
        ]


class WishRevocation(Event):
    """The end of a wish before its time."""

    wish = models.ForeignKey(Wish, on_delete=models.PROTECT)
    revoked_on = models.DateField()


class Contact(Event):
    """An attempt to reach somebody and what came of it, with the attributes that contact rules count by."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT)
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, db_index=False)
    contact_point = models.ForeignKey(ContactPoint, null=True, on_delete=models.PROTECT, db_index=False)
    consent = models.ForeignKey(Consent, null=True, on_delete=models.PROTECT, db_index=False)
    happened_at = models.DateTimeField(db_index=True)
    # The time zones the person may be in at that moment, separated by commas.
    time_zones = models.TextField(null=True)
    direction = models.TextField(choices=Direction.choices)
    channel = models.TextField(choices=Channel.choices)
    purpose = models.TextField()
    actor = models.TextField(choices=ContactActor.choices)
    agency = models.TextField(null=True)
    staff = models.TextField(null=True)
    connected = models.BooleanField(null=True)
    # Who answered; a conversation with the debtor is an *effective* contact.
    answered_by = models.TextField(choices=Answerer.choices, null=True)
    conversation = models.BooleanField(null=True)
    voicemail = models.TextField(null=True)
    outcome = models.TextField(null=True)
    # External ids of the accounts that were meant, opened and talked about, separated by commas.
    debts_intended = models.TextField(null=True)
    debts_initiated = models.TextField(null=True)
    debts_discussed = models.TextField(null=True)
    duration_seconds = models.PositiveIntegerField(null=True)
    recording = models.TextField(null=True)
    note_sealed = models.BinaryField(null=True)
    note_digest = models.BinaryField(null=True)

    class Meta(Event.Meta):
        constraints = [
            *Event.Meta.constraints,
            one_of("direction", Direction),
            one_of("channel", Channel),
            one_of("actor", ContactActor),
            one_of("answered_by", Answerer),
        ]


class Hold(Event):
    """A reason to leave a case or an account in peace from one day up to, not including, another."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT)
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, db_index=False)
    kind = models.TextField(choices=HoldKind.choices)
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta(Event.Meta):
        constraints = [*Event.Meta.constraints, one_of("kind", HoldKind), ordered("from_on", "until_on")]


class HoldRelease(Event):
    """The end of a hold before its time."""

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT)
    released_on = models.DateField()


class Signal(Event):
    """Something that happened or was measured and says something about a customer: never free text."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT)
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, db_index=False)
    source_kind = models.TextField(choices=SourceKind.choices)
    kind = models.TextField()
    happened_on = models.DateField()
    number = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    code = models.TextField(null=True)

    class Meta(Event.Meta):
        constraints = [*Event.Meta.constraints, one_of("source_kind", SourceKind)]
