"""Invented people only: no name, number or address of the sample can belong to anybody."""

from __future__ import annotations

import csv
import re

import numpy as np
import pytest

from dunwell.lab.sample import people
from dunwell.lab.sample import proportions as share
from dunwell.lab.sample.chance import Dice

from .conftest import Sample

FICTIONAL_PHONE = re.compile(r"\+86111\d{8}|\+1\d{3}55501\d{2}|\+447700900\d{3}")
# A mobile number of mainland China; what has digits around it is another number.
REAL_MOBILE = re.compile(r"(?<![\d.+A-Z])1[3-9]\d{9}(?![\d.])")
MAIL = re.compile(r"[\w.]+@([\w.]+)")
IDENTITY = re.compile(r"(?<!\d)\d{17}[\dX](?!\d)")


@pytest.fixture(scope="module")
def customers(sample: Sample) -> list[dict[str, str]]:
    lines = sample.lines("crm", encoding="utf-8-sig")
    return [row for row in csv.DictReader(lines) if None not in row and None not in row.values()]


def texts(sample: Sample) -> list[str]:
    """This function will read all that is text in the sample, the manifest included."""
    names = ["crm_customers.csv", "billing.csv", "payments.csv", "contact_events.jsonl", "tickets.csv", "MANIFEST.json"]
    encoded = [(sample.folder / name).read_text(encoding="utf-8-sig") for name in names]
    return [*encoded, (sample.folder / "court.tsv").read_text(encoding="gb18030")]


def test_every_telephone_number_is_from_a_range_for_fiction(customers: list[dict[str, str]]) -> None:
    numbers = [row[column] for row in customers for column in ("mobile", "old_mobile") if row[column]]
    assert len(numbers) > 1_000
    assert [number for number in numbers if not FICTIONAL_PHONE.fullmatch(number)] == []


def test_there_are_numbers_at_home_and_abroad(customers: list[dict[str, str]]) -> None:
    heads = {row["mobile"][:4] for row in customers if row["mobile"]}
    assert {"+861", "+447"} <= heads
    assert any(head.startswith("+1") for head in heads)


def test_no_text_holds_a_number_that_could_be_somebodys(sample: Sample) -> None:
    assert [found for text in texts(sample) for found in REAL_MOBILE.findall(text)] == []


def test_e_mail_goes_to_example_domains_only(sample: Sample) -> None:
    domains = {domain for text in texts(sample) for domain in MAIL.findall(text)}
    assert domains == {"example.com", "example.cn"}


def test_identity_numbers_belong_to_no_region(customers: list[dict[str, str]], sample: Sample) -> None:
    given = [row["identity_no"] for row in customers if row["identity_no"]]
    assert given
    assert all(number.startswith("99") for number in given)
    found = [number for text in texts(sample) for number in IDENTITY.findall(text)]
    assert all(number.startswith("99") for number in found)


def test_companies_say_that_they_are_samples(customers: list[dict[str, str]], sample: Sample) -> None:
    # A row that repeats a number of a person says «company» by mistake: its fault.
    persons = {row["customer_no"] for row in customers if row["type"] == "个人"}
    companies = [row["name"] for row in customers if row["type"] == "企业" and row["customer_no"] not in persons]
    assert len(companies) > 50
    assert all("示例" in name for name in companies)


def test_names_are_put_together_from_the_lists(customers: list[dict[str, str]]) -> None:
    chinese = {row["name"] for row in customers if row["type"] == "个人" and row["language"] == "zh"}
    letters = set(people.SURNAMES) | set("".join(people.GIVEN_FIRST)) | set(people.GIVEN_LAST)
    assert all(set(name) <= letters for name in chinese)
    assert len(chinese) > 1_000


def test_both_languages_occur(customers: list[dict[str, str]]) -> None:
    assert {row["language"] for row in customers} == {"zh", "en"}
    english = [row["name"] for row in customers if row["language"] == "en" and row["type"] == "个人"]
    assert all(re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+", name) for name in english)


def test_groups_stand_only_beside_consent(customers: list[dict[str, str]], sample: Sample) -> None:
    dirty = {fault["fault"]: fault["lines"] for fault in sample.file("crm")["dirty"]}
    without = [row["customer_no"] for row in customers if row["groups"] and row["groups_consent"] != "是"]
    assert len(without) == len(dirty["special group without consent"])


def test_special_groups_are_sorted_codes() -> None:
    for group in share.GROUPS:
        assert group.split(",") == sorted(group.split(","))


@pytest.mark.parametrize("zone", range(len(share.ZONES)), ids=share.ZONES)
def test_numbers_of_every_zone_are_fictional(zone: int) -> None:
    party = np.arange(0, 2_000_000_000, 37_000_001)
    dice = Dice(seed=1, block=0, name="phones")
    for number in people.mobiles(party=party, zone=np.full(len(party), zone), dice=dice).to_pylist():
        assert FICTIONAL_PHONE.fullmatch(number)
    for number in people.old_mobiles(party).to_pylist():
        assert FICTIONAL_PHONE.fullmatch(number)
