"""The written matrix: whole, with duties kept apart, and the page that is made from it."""

from __future__ import annotations

import pytest

from dunwell.access import kinds
from dunwell.access.four_eyes import DEPARTMENTS_NEEDED, STRATEGY_ROLES, able_to, approving_departments
from dunwell.access.kinds import Capability, DataClass, Department, Field, Masking, Role, Worded
from dunwell.access.matrix import CAPABILITIES, CLASS_OF, DEPARTMENT_OF, MASKING
from dunwell.database import ROOT
from tools.documents.roles import ROLES_PAGE, roles_page

LISTS = [one for one in vars(kinds).values() if isinstance(one, type) and issubclass(one, Worded) and one is not Worded]
# What changes something, as against what only looks.
WRITING = set(Capability) - {Capability.SEE_CUSTOMERS, Capability.SEE_REPORTS, Capability.SEE_EVIDENCE}


def has(role: Role, capability: Capability) -> bool:
    return capability in CAPABILITIES[role]


@pytest.mark.parametrize("members", LISTS, ids=lambda members: members.__name__)
def test_every_member_has_its_words_in_both_languages(members: type[Worded]) -> None:
    for member in members:
        assert member.en and member.zh
        assert member.word("zh-hans") == member.zh and member.word() == member.en
        assert members(member.value) is member
        assert any("\u4e00" <= sign <= "\u9fff" for sign in member.zh), member


def test_the_matrix_leaves_out_no_role_class_or_field() -> None:
    assert set(CAPABILITIES) == set(MASKING) == set(DEPARTMENT_OF) == set(Role)
    assert all(set(levels) == set(DataClass) for levels in MASKING.values())
    assert set(CLASS_OF) == set(Field)


def test_every_capability_is_somebodys_and_every_role_can_do_something() -> None:
    assert all(able_to(capability) for capability in Capability)
    assert all(CAPABILITIES[role] for role in Role)


def test_every_department_has_a_role() -> None:
    assert set(DEPARTMENT_OF.values()) == set(Department)


def test_who_submits_a_strategy_does_not_approve_it() -> None:
    both = [r for r in Role if has(r, Capability.SUBMIT_STRATEGY) and has(r, Capability.APPROVE_STRATEGY)]
    assert both == []
    assert able_to(Capability.APPROVE_STRATEGY) == STRATEGY_ROLES


def test_the_approvers_of_a_strategy_are_of_three_departments() -> None:
    assert len({DEPARTMENT_OF[role] for role in STRATEGY_ROLES}) == 3


def test_rights_can_be_approved_even_when_one_department_asks_and_one_is_meant() -> None:
    assert len(approving_departments()) >= DEPARTMENTS_NEEDED + 1


def test_the_administrator_sees_no_customer_and_no_value() -> None:
    assert not has(Role.ADMINISTRATOR, Capability.SEE_CUSTOMERS)
    assert not has(Role.ADMINISTRATOR, Capability.REVEAL_GENERAL)
    assert set(MASKING[Role.ADMINISTRATOR].values()) == {Masking.FULL}


def test_the_auditor_changes_nothing() -> None:
    assert not CAPABILITIES[Role.AUDITOR] & WRITING


def test_high_risk_values_are_opened_by_legal_officers_alone() -> None:
    """S1 1.3: «high-risk sensitive» is legal only."""
    assert able_to(Capability.REVEAL_HIGH_RISK) == (Role.LEGAL,)
    seeing = [role for role in Role if MASKING[role][DataClass.HIGH_RISK] is not Masking.FULL]
    assert seeing == [Role.LEGAL]


def test_nobody_sees_a_graver_class_better_than_a_lighter_one() -> None:
    openness = [Masking.NONE, Masking.PARTIAL, Masking.FULL]
    for levels in MASKING.values():
        places = [openness.index(levels[data_class]) for data_class in DataClass]
        assert places == sorted(places)


def test_only_compliance_releases_a_stop_and_reviews_contacts() -> None:
    for capability in (Capability.RESUME_CONTACTS, Capability.REVIEW_CONTACTS, Capability.BLACKLIST):
        assert able_to(capability) == (Role.COMPLIANCE,)


def test_those_who_contact_customers_decide_no_dispute_and_review_nobody() -> None:
    for role in able_to(Capability.CONTACT_CUSTOMERS):
        assert not has(role, Capability.REVIEW_CONTACTS) and not has(role, Capability.DECIDE_DISPUTES)


def test_outsiders_do_not_open_masked_values_or_touch_rights() -> None:
    forbidden = {Capability.REVEAL_GENERAL, Capability.REVEAL_HIGH_RISK, Capability.ASK_RIGHTS}
    assert not CAPABILITIES[Role.AGENCY_USER] & (forbidden | {Capability.APPROVE_RIGHTS})


# The page


def test_the_page_in_docs_is_equal() -> None:
    assert (ROOT / ROLES_PAGE).read_text("utf-8") == roles_page(), "write it anew: make docs"


def test_the_page_tells_every_role_capability_and_class_in_both_languages() -> None:
    page = roles_page()
    for member in (*Role, *Capability, *DataClass):
        assert member.en in page and member.zh in page


def test_the_page_ticks_exactly_what_the_matrix_allows() -> None:
    for capability in Capability:
        [row] = [line for line in roles_page().splitlines() if line.startswith(f"| `{capability}` |")]
        ticks = [cell.strip() == "✓" for cell in row.strip("|").split("|")[3:]]
        assert ticks == [capability in CAPABILITIES[role] for role in Role]


def test_every_table_of_the_page_has_as_many_cells_in_each_row_as_in_its_head() -> None:
    for block in roles_page().split("\n\n"):
        rows = [line for line in block.splitlines() if line.startswith("|")]
        assert len({row.replace("\\|", "").count("|") for row in rows}) <= 1
