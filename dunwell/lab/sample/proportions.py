"""What the sample is made of: the proportions and mean amounts of P3, and weights set by hand where it is silent."""

from __future__ import annotations

# Arrears types [P3]: share of the overdue accounts, and their mean amount in yuan.
TYPES = ("malicious", "non_malicious", "historical", "new_business")
TYPE_SHARES = (0.18, 0.52, 0.20, 0.10)
TYPE_MEANS_YUAN = (580, 210, 1200, 3500)
MALICIOUS, NON_MALICIOUS, HISTORICAL, NEW_BUSINESS = range(4)
OVERDUE_SHARE = 0.65

# Causes; the row of the non-malicious holds P3's 35 : 12 : 5, the others are set by hand.
CAUSES = ("forgot", "cash_flow", "dispute", "failed_debit", "lost_contact", "evasion")
FORGOT, CASH_FLOW, DISPUTE, FAILED_DEBIT, LOST_CONTACT, EVASION = range(6)
CAUSE_SHARES = (
    (0.0, 0.0, 0.0, 0.0, 0.10, 0.90),
    (5.0, 35.0, 12.0, 0.0, 0.0, 0.0),
    (0.0, 0.40, 0.20, 0.0, 0.40, 0.0),
    (0.20, 0.10, 0.25, 0.45, 0.0, 0.0),
)

PRODUCTS = ("mobile", "fixed", "broadband", "iot", "leased_line", "consumer_credit", "instalment_loan", "invoice")
MOBILE, FIXED, BROADBAND, IOT, LEASED_LINE, CONSUMER_CREDIT, INSTALMENT_LOAN, INVOICE = range(8)
CREDITORS = ("sample-telecom", "sample-mall-credit", "sample-loans", "sample-trade")
# The four businesses, product by product: telecom arrears, consumer credit, instalment loans, business receivables.
CREDITOR_OF = (0, 0, 0, 0, 0, 1, 2, 3)

# Products by class of customer: person, company, person with new business, company with new business.
CLASS_PRODUCTS = (
    (0.46, 0.05, 0.09, 0.0, 0.0, 0.22, 0.18, 0.0),
    (0.08, 0.10, 0.07, 0.0, 0.0, 0.0, 0.0, 0.75),
    (1.00, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    (0.15, 0.0, 0.0, 0.50, 0.35, 0.0, 0.0, 0.0),
)
COMPANY_SHARE = 0.10
COMPANY_SHARE_NEW = 0.80

# How much larger a debt of one product is than of another, before the mean of its type is restored.
PRODUCT_WEIGHTS = (0.6, 0.5, 0.6, 0.7, 1.8, 1.3, 1.8, 4.0)

# Days past due of the oldest unpaid bill, as bands and their weights for each type.
AGE_BANDS = (
    (1, 5), (6, 15), (16, 30), (31, 60), (61, 90), (91, 180), (181, 360), (361, 700), (740, 1100), (1101, 2000),
)  # fmt: skip
AGE_SHARES = (
    (0.02, 0.08, 0.15, 0.20, 0.20, 0.20, 0.10, 0.05, 0.0, 0.0),
    (0.22, 0.23, 0.25, 0.20, 0.07, 0.03, 0.0, 0.0, 0.0, 0.0),
    (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.65, 0.35),
    (0.10, 0.15, 0.25, 0.20, 0.15, 0.15, 0.0, 0.0, 0.0, 0.0),
)
# After so many unpaid bills the service is stopped and no further bill is written.
UNPAID_BILLS_MAX = (3, 3, 3, 4, 4, 4, 6, 2)

ACCOUNTS_PER_CUSTOMER = (0.68, 0.20, 0.09, 0.03)
TIERS = ("gold", "silver", "bronze")
TIER_SHARES = (0.08, 0.27, 0.65)
GROUPS = ("", "elderly", "pregnant", "soldier", "student", "ill", "low_income", "disabled", "bereaved", "elderly,ill")
GROUP_SHARES = (0.95, 0.014, 0.005, 0.005, 0.008, 0.006, 0.006, 0.003, 0.001, 0.002)

# Where customers live; those abroad show that the hours of the customer, not of the house, count.
ZONES = (
    "Asia/Shanghai",
    "Asia/Hong_Kong",
    "Asia/Singapore",
    "Europe/London",
    "America/New_York",
    "America/Los_Angeles",
    "Australia/Sydney",
)
ZONE_SHARES = (0.955, 0.013, 0.007, 0.008, 0.007, 0.005, 0.005)
REGIONS_ABROAD = ("", "HK", "SG", "GB-LND", "US-NY", "US-CA", "AU-NSW")
REGIONS_HOME = ("CN-GD", "CN-SH", "CN-BJ", "CN-ZJ", "CN-JS", "CN-SC", "CN-HB", "CN-SD", "CN-FJ", "CN-XJ", "CN-HE")

CURRENCIES = ("CNY", "USD", "HKD")
# Amounts are thought of in yuan and divided by this rate (hundredths of a yuan); 2024's round figures, nothing more.
RATES = (100, 720, 92)

ROLES = ("co_debtor", "guarantor", "contact_person", "representative")
# Share of the accounts of each product that has such a party.
ROLE_SHARES = (
    (0.0, 0.0, 0.0, 0.0, 0.0, 0.03, 0.10, 0.0),
    (0.0, 0.0, 0.0, 0.0, 0.02, 0.0, 0.10, 0.12),
    (0.01, 0.01, 0.01, 0.20, 0.30, 0.10, 0.25, 0.30),
    (0.0, 0.0, 0.0, 0.02, 0.04, 0.002, 0.004, 0.03),
)


def mean_weight(kind: int) -> float:
    """This function will give the mean product weight inside an arrears type, by which its mean is restored."""
    company = COMPANY_SHARE_NEW if kind == NEW_BUSINESS else COMPANY_SHARE
    person_row, company_row = CLASS_PRODUCTS[2:] if kind == NEW_BUSINESS else CLASS_PRODUCTS[:2]
    return sum(
        weight * ((1 - company) * alone + company * firm)
        for weight, alone, firm in zip(PRODUCT_WEIGHTS, person_row, company_row, strict=True)
    )
