"""How far somebody's roles reach, without a database: where he can do a thing, and how he stands towards a customer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dunwell.access.four_eyes import beyond, lacks
from dunwell.access.kinds import Capability, DataClass, Department, Masking, Role, ScopeKind
from dunwell.access.matrix import CAPABILITIES
from dunwell.access.rules import HOUSE, Held, Person, Scope, level

OPENNESS = (Masking.NONE, Masking.PARTIAL, Masking.FULL)
PARTS = st.builds(
    Scope,
    kind=st.sampled_from([kind for kind in ScopeKind if kind is not ScopeKind.HOUSE]),
    value=st.sampled_from(["A", "B"]),
)
SCOPES = st.one_of(st.just(HOUSE), PARTS)
PEOPLE = st.builds(
    Person,
    code=st.just("COL-1"),
    department=st.just(Department.COLLECTIONS),
    held=st.lists(st.builds(Held, role=st.sampled_from(Role), scope=SCOPES), max_size=5).map(tuple),
)
CAPABLE = st.sampled_from(Capability)
A, B = Scope(kind=ScopeKind.REGION, value="A"), Scope(kind=ScopeKind.TEAM, value="B")


def person(*held: tuple[Role, Scope]) -> Person:
    return Person(
        code="COL-1",
        department=Department.COLLECTIONS,
        held=tuple(Held(role=role, scope=scope) for role, scope in held),
    )


@given(PEOPLE, CAPABLE, st.lists(PARTS, max_size=4))
def test_somebody_can_what_one_of_the_scopes_of_his_reach_allows(
    who: Person, capability: Capability, lying: list[Scope]
) -> None:
    reach = who.reach(capability)
    assert who.can(capability, within=lying) == bool({HOUSE, *lying} & set(reach))
    assert who.can_somewhere(capability) == bool(reach)
    assert reach == (HOUSE,) or HOUSE not in reach


@given(PEOPLE, CAPABLE, st.lists(PARTS, max_size=4))
def test_towards_a_customer_he_can_without_being_told_where_the_customer_lies(
    who: Person, capability: Capability, lying: list[Scope]
) -> None:
    here = who.towards(lying)
    assert here.can(capability) == who.can(capability, within=lying)
    assert here.roles() == who.roles(within=lying)
    assert here.can_somewhere(capability) == who.can_somewhere(capability), "the ways into pages stay"


@given(PEOPLE, CAPABLE, st.sampled_from(DataClass))
def test_a_list_never_shows_more_than_any_of_its_customers_pages(
    who: Person, capability: Capability, data_class: DataClass
) -> None:
    listed = OPENNESS.index(level(who.least(capability, data_class=data_class), data_class=data_class))
    for scope in who.reach(capability):
        assert listed >= OPENNESS.index(level(who.roles(within=[scope]), data_class=data_class))


@given(PEOPLE, CAPABLE)
def test_a_reach_is_made_of_roles_that_are_held(who: Person, capability: Capability) -> None:
    allowed = {one.scope for one in who.held if capability in CAPABILITIES[one.role]}
    assert set(who.reach(capability)) <= allowed
    assert bool(allowed) == who.can_somewhere(capability)


def test_the_whole_house_swallows_its_parts() -> None:
    assert person((Role.COLLECTOR, A), (Role.COLLECTOR, HOUSE)).reach(Capability.SEE_CUSTOMERS) == (HOUSE,)
    two = person((Role.COLLECTOR, A), (Role.TEAM_LEAD, B))
    assert two.reach(Capability.SEE_CUSTOMERS) == (A, B)
    assert two.reach(Capability.ASSIGN_WORK) == (B,)
    assert person().reach(Capability.SEE_CUSTOMERS) == ()


def test_a_list_over_two_places_is_masked_as_the_stricter() -> None:
    both = person((Role.LEGAL, A), (Role.COLLECTOR, B))
    general = DataClass.GENERAL
    assert both.least(Capability.SEE_CUSTOMERS, data_class=general) == (Role.COLLECTOR,)
    assert both.least(Capability.REVEAL_HIGH_RISK, data_class=general) == (Role.LEGAL,)
    assert both.least(Capability.ERASE_PERSONS, data_class=general) == ()


def test_the_refusal_names_where_he_can_and_never_the_customer() -> None:
    found = beyond(person((Role.COLLECTOR, A), (Role.COLLECTOR, B)), capability=Capability.SEE_CUSTOMERS)
    assert found.rule == "AC-REACH"
    assert "region:A, team:B" in found.en and "region:A、team:B" in found.zh
    assert found.cure_en and found.cure_zh


def test_an_action_is_judged_where_the_thing_lies() -> None:
    who = person((Role.COLLECTOR, A))
    assert lacks(who, capability=Capability.AGREE_PLANS, within=[A]) is None
    lacking = lacks(who, capability=Capability.AGREE_PLANS, within=[B])
    assert lacking is not None and lacking.rule == "AC-CAPABILITY"
