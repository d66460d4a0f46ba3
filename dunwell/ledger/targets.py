"""Where each kind of fact goes: its table and its fields, declared once; intake fills them, queries verify them.

Free of models and settings, so that pure code may read it; a test holds it equal to the models.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

from dunwell.ledger import kinds

# A field's type, and what it is in a staging table of PostgreSQL.
COLUMN_TYPES = {
    "text": "text",
    "kind": "text",
    "currency": "text",
    # One time zone; several of them, separated by commas; codes separated by commas, kept in their order.
    "zone": "text",
    "zones": "text",
    "codes": "text",
    "reference": "text",
    "date": "date",
    "time": "timestamptz",
    "money": "numeric(18,3)",
    "number": "numeric(18,6)",
    "integer": "integer",
    "bool": "boolean",
    "subject": "uuid",
    "sealed": "bytea",
}
ID_LENGTH_MAX = 200
TEXT_LENGTH_MAX = 500
SEALED_LENGTH_MAX = 20_000
SMALL_MAX, INTEGER_MAX = 32_767, 2_147_483_647
DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a fact: what it may hold, and what stands in for it when a mapping leaves it out."""

    name: str
    type: str = "text"
    required: bool = False
    kinds: tuple[str, ...] = ()
    # The target whose external id a reference holds.
    to: str = ""
    # A day or moment that has passed when it is told.
    past: bool = False
    # Money: above zero, or only not below it.
    positive: bool = False
    at_most: int = INTEGER_MAX
    # "on": the day of the import; "source_kind": the kind of the mapping.
    default: str = ""
    # The vault's name of a sealed field; it is part of what is authenticated, and of the digest.
    secret: str = ""
    # Compared with what is known, and not kept.
    checked_only: bool = False
    # Joined the target after facts had been told: it enters the digest only where it is told, so theirs stay true.
    joined_later: bool = False

    @property
    def length_max(self) -> int:
        """How many characters a text of this field has at most."""
        if self.type == "sealed":
            return SEALED_LENGTH_MAX
        return ID_LENGTH_MAX if self.type == "reference" else TEXT_LENGTH_MAX

    @property
    def stage_columns(self) -> tuple[tuple[str, str], ...]:
        """The columns of the staging table that carry the field, with their types."""
        if self.type == "sealed":
            return ((f"{self.name}_sealed", "bytea"), (f"{self.name}_digest", "bytea"))
        column = (self.name, COLUMN_TYPES[self.type])
        return (column, (f"{self.name}_source", "text")) if self.type == "reference" else (column,)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the ledger's own table that keep the field."""
        if self.checked_only:
            return ()
        if self.type == "sealed":
            return (f"{self.name}_sealed", f"{self.name}_digest")
        return (f"{self.name}_id",) if self.type == "reference" else (self.name,)


@dataclass(frozen=True)
class Target:
    """One table of facts."""

    name: str
    table: str
    fields: tuple[Field, ...]
    # Told again whenever it changes; its external id is that of the thing named here.
    version_of: str = ""
    # Things that a file tells again with every row that mentions them: an equal repetition is no fault.
    standing: bool = False
    # Two days of which the second is not before the first.
    period: tuple[str, str] | None = None
    # References that must lie on the same account as the fact itself.
    on_same_account: tuple[str, ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """The fields that a mapping may fill."""
        return {field.name: field for field in (EXTERNAL_ID, *self.own, *self.fields)}

    @property
    def own(self) -> tuple[Field, ...]:
        """What every fact of this sort has beside its fields: when a version holds from, what an event corrects."""
        return (VALID_FROM,) if self.version_of else (replace(CORRECTS, to=self.name),)

    @property
    def staged(self) -> tuple[Field, ...]:
        """The fields that travel through the staging table, without the external id."""
        return (*self.own, *self.fields)

    @property
    def content(self) -> tuple[Field, ...]:
        """The fields that the content digest covers, in its order; a new field goes to the end."""
        return tuple(field for field in self.staged if not field.checked_only)

    @property
    def subject_field(self) -> str:
        """The field that names the party whose data this is: a reference, or the fact's own id."""
        return "external_id" if self.name == "party" or self.version_of == "party" else "party"

    @property
    def references(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.type == "reference")

    @property
    def sealed(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.type == "sealed")


EXTERNAL_ID = Field("external_id", "reference", required=True)
VALID_FROM = Field("valid_from", "date", required=True, default="on")
CORRECTS = Field("corrects", "reference")

_PARTY = Field("party", "reference", required=True, to="party")
_ACCOUNT = Field("account", "reference", required=True, to="account")
_ITS_ACCOUNT = Field("account", "reference", to="account")
_AMOUNT = Field("amount", "money", required=True, positive=True)
_CURRENCY = Field("currency", "currency", checked_only=True)
_FROM, _UNTIL = Field("valid_from", "date", required=True), Field("valid_until", "date")


def _kind(name: str, choices: type[Enum], *, required: bool = True, default: str = "") -> Field:
    return Field(name, "kind", required=required, kinds=tuple(str(choice.value) for choice in choices), default=default)


# In the order of loading: whatever is referred to comes before what refers to it.
_ALL = (
    Target("party", "ledger_party", (_kind("kind", kinds.PartyKind), Field("subject", "subject")), standing=True),
    Target(
        "account",
        "ledger_account",
        (
            _kind("product_line", kinds.ProductLine),
            Field("creditor", required=True),
            Field("currency", "currency", required=True),
            Field("opened_on", "date", past=True),
        ),
        standing=True,
    ),
    Target(
        "party_detail",
        "ledger_partydetail",
        (
            Field("region"),
            Field("time_zone", "zone"),
            Field("language"),
            Field("tier"),
            Field("customer_since", "date", past=True),
            Field("special_groups", "codes"),
            Field("special_groups_consent", "bool"),
            Field("name", "sealed", secret="name"),  # noqa: S106 - the vault's name of the field, no password.
            Field("identity", "sealed", secret="identity"),  # noqa: S106 - likewise.
        ),
        version_of="party",
        standing=True,
    ),
    Target(
        "account_terms",
        "ledger_accountterms",
        (
            Field("credit_limit", "money"),
            Field("grace_days", "integer", at_most=SMALL_MAX),
            Field("closed_on", "date"),
        ),
        version_of="account",
        standing=True,
    ),
    Target(
        "party_role",
        "ledger_partyrole",
        (_PARTY, _ACCOUNT, _kind("role", kinds.RoleKind), _FROM, _UNTIL),
        standing=True,
        period=("valid_from", "valid_until"),
    ),
    Target(
        "charge",
        "ledger_charge",
        (
            _ACCOUNT,
            Field("booked_on", "date", required=True, past=True),
            Field("due_on", "date", required=True),
            _kind("component", kinds.Component),
            _AMOUNT,
            _CURRENCY,
        ),
    ),
    Target(
        "payment",
        "ledger_payment",
        (
            _ACCOUNT,
            Field("charge", "reference", to="charge"),
            Field("paid_on", "date", required=True, past=True),
            _AMOUNT,
            Field("method"),
            _CURRENCY,
        ),
        on_same_account=("charge",),
    ),
    Target(
        "adjustment",
        "ledger_adjustment",
        (
            _ACCOUNT,
            Field("charge", "reference", to="charge"),
            Field("payment", "reference", to="payment"),
            Field("effective_on", "date", required=True, past=True),
            _kind("kind", kinds.AdjustmentKind),
            _AMOUNT,
            _CURRENCY,
        ),
        on_same_account=("charge", "payment"),
    ),
    Target(
        "contact_point",
        "ledger_contactpoint",
        (
            _PARTY,
            _kind("channel", kinds.Channel),
            Field("value", "sealed", required=True, secret="contact"),  # noqa: S106 - likewise.
            _kind("quality", kinds.Quality),
            _FROM,
            _UNTIL,
        ),
        standing=True,
        period=("valid_from", "valid_until"),
    ),
    Target(
        "consent",
        "ledger_consent",
        (
            _PARTY,
            _kind("stance", kinds.ConsentStance),
            Field("granted_to", required=True),
            Field("purpose", required=True),
            _kind("channel", kinds.Channel, required=False),
            _FROM,
            _UNTIL,
            Field("contact_point", "reference", to="contact_point", joined_later=True),
        ),
        standing=True,
        period=("valid_from", "valid_until"),
    ),
    Target(
        "consent_revocation",
        "ledger_consentrevocation",
        (Field("consent", "reference", required=True, to="consent"), Field("revoked_on", "date", required=True)),
        standing=True,
    ),
    Target(
        "wish",
        "ledger_wish",
        (
            _PARTY,
            _kind("stance", kinds.WishStance),
            _kind("days", kinds.WishDays, required=False),
            Field("from_minute", "integer", at_most=DAY_MINUTES),
            Field("until_minute", "integer", at_most=DAY_MINUTES),
            _kind("place", kinds.Place, required=False),
            _kind("channel", kinds.Channel, required=False),
            Field("contact_point", "reference", to="contact_point"),
            _FROM,
            _UNTIL,
        ),
        standing=True,
        period=("valid_from", "valid_until"),
    ),
    Target(
        "wish_revocation",
        "ledger_wishrevocation",
        (Field("wish", "reference", required=True, to="wish"), Field("revoked_on", "date", required=True)),
        standing=True,
    ),
    Target(
        "contact",
        "ledger_contact",
        (
            _PARTY,
            _ITS_ACCOUNT,
            Field("contact_point", "reference", to="contact_point"),
            Field("consent", "reference", to="consent"),
            Field("happened_at", "time", required=True, past=True),
            Field("time_zones", "zones"),
            _kind("direction", kinds.Direction),
            _kind("channel", kinds.Channel),
            Field("purpose", required=True),
            _kind("actor", kinds.ContactActor),
            Field("agency"),
            Field("staff"),
            Field("connected", "bool"),
            _kind("answered_by", kinds.Answerer, required=False),
            Field("conversation", "bool"),
            Field("voicemail"),
            Field("outcome"),
            Field("debts_intended"),
            Field("debts_initiated"),
            Field("debts_discussed"),
            Field("duration_seconds", "integer"),
            Field("recording"),
            Field("note", "sealed", secret="note"),  # noqa: S106 - likewise.
        ),
    ),
    Target(
        "hold",
        "ledger_hold",
        (
            _PARTY,
            _ITS_ACCOUNT,
            _kind("kind", kinds.HoldKind),
            Field("from_on", "date", required=True),
            Field("until_on", "date"),
        ),
        standing=True,
        period=("from_on", "until_on"),
    ),
    Target(
        "hold_release",
        "ledger_holdrelease",
        (Field("hold", "reference", required=True, to="hold"), Field("released_on", "date", required=True)),
        standing=True,
    ),
    Target(
        "signal",
        "ledger_signal",
        (
            _PARTY,
            _ITS_ACCOUNT,
            _kind("source_kind", kinds.SourceKind, default="source_kind"),
            Field("kind", required=True),
            Field("happened_on", "date", required=True, past=True),
            Field("number", "number"),
            Field("code"),
        ),
    ),
)
TARGETS = {target.name: target for target in _ALL}
