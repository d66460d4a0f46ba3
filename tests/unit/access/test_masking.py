"""Masking in three levels [T1]: what is shown, and that the rest cannot be read or measured."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.access.kinds import Capability, DataClass, Department, Field, Masking, Role, ScopeKind
from dunwell.access.matrix import CLASS_OF, MASKING
from dunwell.access.rules import HIDDEN, HOUSE, Held, Person, Scope, level, mask, shown

PARTLY = [
    (Field.NAME, "张伟", "张*"),
    (Field.NAME, "张小明", "张*"),
    (Field.NAME, "欧阳修", "欧*"),
    (Field.NAME, "John Smith", "J*"),
    (Field.NAME, " 李 ", "李*"),
    (Field.PHONE, "13812341234", "138****1234"),
    (Field.PHONE, "+86 138-1234-1234", "138****1234"),
    (Field.PHONE, "008613812341234", "138****1234"),
    (Field.PHONE, "+44 20 7946 0958", "+442****0958"),
    (Field.PHONE, "010-88886666", "010****6666"),
    (Field.PHONE, "8888 6666", "****66"),
    (Field.PHONE, "95588", HIDDEN),
    (Field.PHONE, "no number", HIDDEN),
    (Field.EMAIL, "zhang.wei@example.com", "z***@example.com"),
    (Field.EMAIL, '"odd@local"@example.com', '"***@example.com'),
    (Field.EMAIL, "not an address", HIDDEN),
    (Field.EMAIL, "@example.com", HIDDEN),
    (Field.EMAIL, "zhang@", HIDDEN),
    (Field.IDENTITY, "11010119900307123X", "****123X"),
    (Field.IDENTITY, "110101-19900307-123X", "****123X"),
    (Field.IDENTITY, "E12345678", HIDDEN),
    (Field.BANK_CARD, "6222 0212 3456 7890", "****7890"),
    (Field.BANK_CARD, "1234", HIDDEN),
    (Field.ACCOUNT_NAME, "weixin-zw", "w***"),
    (Field.ADDRESS, "广东省深圳市南山区科技路1号", "广东省深圳市***"),
    (Field.ADDRESS, "北京市朝阳区某街2号", "北京市***"),
    (Field.ADDRESS, "1 High Street, Leeds", HIDDEN),
    (Field.NOTE, "在住院", HIDDEN),
    (Field.AMOUNT, "580.00", HIDDEN),
]


@pytest.mark.parametrize(("field", "value", "partly"), PARTLY)
def test_what_a_part_of_each_value_is(field: Field, value: str, partly: str) -> None:
    assert mask(value, field=field, masking=Masking.PARTIAL) == partly
    assert mask(value, field=field, masking=Masking.NONE) == value
    assert mask(value, field=field, masking=Masking.FULL) == HIDDEN


@pytest.mark.parametrize("field", Field)
@pytest.mark.parametrize("masking", Masking)
def test_nothing_stays_nothing(field: Field, masking: Masking) -> None:
    assert mask("", field=field, masking=masking) == ""


DIGITS = st.text(string.digits, min_size=1, max_size=20)


@given(DIGITS)
def test_property_at_least_four_digits_of_a_telephone_number_are_hidden(digits: str) -> None:
    told = re.sub(r"\D", "", mask(digits, field=Field.PHONE, masking=Masking.PARTIAL))
    assert len(told) <= max(0, len(digits) - 4)


@given(st.text(string.ascii_uppercase + string.digits, max_size=24))
def test_property_at_least_eight_signs_of_an_identity_or_card_number_are_hidden(signs: str) -> None:
    for field in (Field.IDENTITY, Field.BANK_CARD):
        told = mask(signs, field=field, masking=Masking.PARTIAL).replace("*", "")
        assert len(told) <= max(0, len(signs) - 8)


@given(st.text(min_size=2, max_size=40), st.text(min_size=2, max_size=40))
def test_property_a_masked_name_tells_its_first_sign_and_not_its_length(one: str, other: str) -> None:
    first, second = (mask(f"王{text}", field=Field.NAME, masking=Masking.PARTIAL) for text in (one, other))
    assert first == second == "王*"


@given(st.sampled_from(list(Field)), st.text(max_size=60))
def test_property_fully_hidden_says_the_same_of_every_value(field: Field, text: str) -> None:
    assert mask(text, field=field, masking=Masking.FULL) in ("", HIDDEN)


@given(st.text(string.ascii_letters + string.digits + "市省区 ", max_size=2_000))
def test_property_a_long_address_is_no_trouble(text: str) -> None:
    assert mask(text, field=Field.ADDRESS, masking=Masking.PARTIAL).endswith(HIDDEN) or not text


# By role


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("field", Field)
def test_each_role_sees_what_the_matrix_says(role: Role, field: Field) -> None:
    value = "13812341234567890"
    assert shown(value, field=field, roles=[role]) == mask(value, field=field, masking=MASKING[role][CLASS_OF[field]])


def test_whoever_has_no_role_sees_nothing() -> None:
    assert level([], data_class=DataClass.OPERATIONAL) is Masking.FULL
    assert shown("张伟", field=Field.NAME, roles=[]) == HIDDEN


def test_of_several_roles_the_one_that_sees_most_counts() -> None:
    assert shown("张伟", field=Field.NAME, roles=[Role.ADMINISTRATOR, Role.COLLECTOR]) == "张*"
    assert shown("张伟", field=Field.NAME, roles=[Role.COLLECTOR, Role.LEGAL]) == "张伟"


def test_a_value_can_be_made_graver_and_never_lighter() -> None:
    number, witness = "13812341234", DataClass.HIGH_RISK
    assert shown(number, field=Field.PHONE, roles=[Role.COLLECTOR]) == "138****1234"
    assert shown(number, field=Field.PHONE, roles=[Role.COLLECTOR], data_class=witness) == HIDDEN
    identity = "11010119900307123X"
    lighter = shown(identity, field=Field.IDENTITY, roles=[Role.COLLECTOR], data_class=DataClass.OPERATIONAL)
    assert lighter == HIDDEN


# By scope

TEAM_A, TEAM_B = (Scope(kind=ScopeKind.TEAM, value=name) for name in "AB")
LEADER = Person(
    code="TL-1",
    department=Department.COLLECTIONS,
    held=(Held(role=Role.TEAM_LEAD, scope=TEAM_A), Held(role=Role.COLLECTOR)),
)


def test_a_role_with_a_scope_opens_only_what_is_known_to_lie_inside() -> None:
    assert LEADER.can(Capability.ASSIGN_WORK, within=[TEAM_A])
    assert LEADER.can(Capability.ASSIGN_WORK, within=[TEAM_B, TEAM_A])
    assert not LEADER.can(Capability.ASSIGN_WORK, within=[TEAM_B])
    assert not LEADER.can(Capability.ASSIGN_WORK)


def test_a_role_for_the_whole_house_holds_everywhere() -> None:
    for within in ([], [TEAM_A], [TEAM_B], [HOUSE]):
        assert LEADER.can(Capability.CONTACT_CUSTOMERS, within=within)
    assert LEADER.roles() == (Role.COLLECTOR,)
    assert LEADER.roles(within=[TEAM_A]) == (Role.COLLECTOR, Role.TEAM_LEAD)
