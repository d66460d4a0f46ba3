"""What the tests of imports share: a company of three files, and short words for importing them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from dunwell.intake.actions import Report, import_source
from dunwell.intake.mapping.reading import read
from dunwell.intake.models import QuarantinedRow
from dunwell.ledger.models import Event, Version

ON = date(2026, 3, 1)
AT = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)

CUSTOMERS = """
name: customers
source: acme
kind: crm
about: {en: Customers and accounts, zh: 客户与账户}
columns:
  customer: {type: text, required: true}
  name: {type: text}
  mobile: {type: text}
  tier: {type: text}
  account: {type: text}
  currency: {type: text}
facts:
  - target: party
    fields: {external_id: {column: customer}, kind: {const: person}}
  - target: party_detail
    fields: {external_id: {column: customer}, name: {column: name}, tier: {column: tier}}
  - target: contact_point
    when: {column: mobile, present: true}
    fields:
      external_id: {template: "{customer}/mobile"}
      party: {column: customer}
      channel: {const: sms}
      value: {column: mobile}
      quality: {const: verified}
      valid_from: {const: 2026-01-01}
  - target: account
    when: {column: account, present: true}
    fields:
      external_id: {column: account}
      product_line: {const: mobile}
      creditor: {const: acme}
      currency: {column: currency}
  - target: party_role
    when: {column: account, present: true}
    fields:
      external_id: {template: "{account}/primary"}
      party: {column: customer}
      account: {column: account}
      role: {const: primary}
      valid_from: {const: 2026-01-01}
"""
BILLS = """
name: bills
source: acme
kind: billing
about: {en: Bills, zh: 账单}
columns:
  bill: {type: text, required: true}
  account: {type: text, required: true}
  booked: {type: date, required: true}
  due: {type: date, required: true}
  amount: {type: money}
  currency: {type: text}
  corrects: {type: text}
facts:
  - target: charge
    fields:
      external_id: {column: bill}
      account: {column: account}
      booked_on: {column: booked}
      due_on: {column: due}
      component: {const: principal}
      amount: {column: amount}
      currency: {column: currency}
      corrects: {column: corrects}
"""
PAYMENTS = """
name: payments
source: acme
kind: payments
about: {en: Payments, zh: 付款}
columns:
  payment: {type: text, required: true}
  account: {type: text, required: true}
  bill: {type: text}
  paid: {type: date, required: true}
  amount: {type: money, required: true}
facts:
  - target: payment
    fields:
      external_id: {column: payment}
      account: {column: account}
      charge: {column: bill}
      paid_on: {column: paid}
      amount: {column: amount}
"""
NOTES = """
name: notes
source: acme
kind: contact_events
about: {en: Contacts, zh: 联系记录}
columns:
  id: {type: text, required: true}
  customer: {type: text, required: true}
  at: {type: time, formats: ["%Y-%m-%d %H:%M"], zone: Asia/Shanghai, required: true}
  note: {type: text}
facts:
  - target: contact
    fields:
      external_id: {column: id}
      party: {column: customer}
      happened_at: {column: at}
      direction: {const: outbound}
      channel: {const: voice}
      purpose: {const: reminder}
      actor: {const: human}
      note: {column: note}
"""
MAPPINGS = {"customers": CUSTOMERS, "bills": BILLS, "payments": PAYMENTS, "notes": NOTES}
CUSTOMER_HEAD = "customer,name,mobile,tier,account,currency\n"
BILL_HEAD = "bill,account,booked,due,amount,currency,corrects\n"
TWO_CUSTOMERS = CUSTOMER_HEAD + "C1,张伟,13800138000,gold,A1,CNY\nC2,李小明,13900139000,,A2,JPY\n"

Bring = Callable[..., Report]


@pytest.fixture
def mappings(tmp_path: Path) -> Path:
    """This fixture will write the company's mappings into a folder of their own."""
    folder = tmp_path / "mappings"
    folder.mkdir()
    for name, text in MAPPINGS.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def bring(db: None, tmp_path: Path, mappings: Path) -> Bring:
    """This fixture will give a way to write a file and import it: `bring("bills", "bill,…")`."""

    def bring_in(mapping: str, content: str | bytes | Path, *, file: str = "", on: date = ON, **options: Any) -> Report:
        if isinstance(content, Path):
            path = content
        else:
            path = tmp_path / (file or f"{mapping}.csv")
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        found = read(mappings / f"{mapping}.yaml")
        return import_source(str(path), mapping=found, on=on, by="test", at=AT, **options)

    return bring_in


@pytest.fixture
def customers(bring: Bring) -> Report:
    """This fixture will bring two customers in, one with an account in yuan, one in yen."""
    return bring("customers", TWO_CUSTOMERS)


def added(report: Report) -> Mapping[str, int]:
    """This function will tell how many facts came in by target."""
    return {target: counts["added"] for target, counts in report.content.items()}


def same(report: Report) -> Mapping[str, int]:
    """This function will tell how many facts were known already."""
    return {target: counts["same"] for target, counts in report.content.items() if counts["same"]}


def quarantined(report: Report) -> list[tuple[int, str, str]]:
    """This function will list line, column and rule of the batch's refused rows."""
    rows = QuarantinedRow.objects.filter(batch=report.batch_id).order_by("line")
    return list(rows.values_list("line", "column", "rule"))


def all_facts() -> int:
    """This function will count the facts of all tables."""
    kinds = [*Event.__subclasses__(), *Version.__subclasses__()]
    return sum(kind._default_manager.count() for kind in kinds)
