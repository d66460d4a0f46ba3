"""The closed lists of the ledger: one name for one thing, in code, database, files and screens."""

from __future__ import annotations

from django.db.models import TextChoices


class SourceKind(TextChoices):
    """The nine kinds of source [C1]."""

    BILLING = "billing"
    PAYMENTS = "payments"
    CRM = "crm"
    CONTACT_EVENTS = "contact_events"
    APP_BEHAVIOUR = "app_behaviour"
    CREDIT_BUREAU = "credit_bureau"
    COURT = "court"
    TICKETS = "tickets"
    DEVICE_IDENTITY = "device_identity"


class PartyKind(TextChoices):
    PERSON = "person"
    COMPANY = "company"


class RoleKind(TextChoices):
    PRIMARY = "primary"
    CO_DEBTOR = "co_debtor"
    GUARANTOR = "guarantor"
    CONTACT_PERSON = "contact_person"
    REPRESENTATIVE = "representative"


class ProductLine(TextChoices):
    MOBILE = "mobile"
    FIXED = "fixed"
    BROADBAND = "broadband"
    IOT = "iot"
    LEASED_LINE = "leased_line"
    CONSUMER_CREDIT = "consumer_credit"
    INSTALMENT_LOAN = "instalment_loan"
    INVOICE = "invoice"


class Component(TextChoices):
    PRINCIPAL = "principal"
    INTEREST = "interest"
    FEE = "fee"
    PENALTY = "penalty"


class AdjustmentKind(TextChoices):
    """Credit note and waiver lower the debt; chargeback and reversal take a payment back; after a write-off the
    debt remains and is only marked."""

    CREDIT_NOTE = "credit_note"
    WAIVER = "waiver"
    WRITE_OFF = "write_off"
    CHARGEBACK = "chargeback"
    REVERSAL = "reversal"


class Channel(TextChoices):
    SMS = "sms"
    APP_PUSH = "app_push"
    EMAIL = "email"
    VOICE = "voice"
    SOCIAL = "social"
    LETTER = "letter"
    VISIT = "visit"


class Quality(TextChoices):
    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    INVALID = "invalid"


class ConsentStance(TextChoices):
    GRANTED = "granted"
    REFUSED = "refused"


class WishStance(TextChoices):
    """What a customer said of a time or a place: stay away from it, or this suits me."""

    BARRED = "barred"
    CONVENIENT = "convenient"


class WishDays(TextChoices):
    """The days of the week that a wish is about."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"
    WEEKDAYS = "weekdays"
    WEEKEND = "weekend"


class Place(TextChoices):
    """Where somebody is reached: a landline or a letter box is in a place, a mobile travels with its owner."""

    HOME = "home"
    WORK = "work"
    OTHER = "other"


class Direction(TextChoices):
    OUTBOUND = "outbound"
    INBOUND = "inbound"


class ContactActor(TextChoices):
    HUMAN = "human"
    ROBOT = "robot"


class Answerer(TextChoices):
    DEBTOR = "debtor"
    THIRD_PARTY = "third_party"
    VOICEMAIL = "voicemail"
    NOBODY = "nobody"


class HoldKind(TextChoices):
    DISPUTE = "dispute"
    HARDSHIP = "hardship"
    BREATHING_SPACE = "breathing_space"
    BEREAVEMENT = "bereavement"
    REPRESENTED = "represented"
    BANKRUPT = "bankrupt"
    DECEASED = "deceased"
    MINOR = "minor"
    IN_HOSPITAL = "in_hospital"
    PAUSE = "pause"
    PROMISE = "promise"
    PLAN = "plan"
    DEFERRAL = "deferral"
