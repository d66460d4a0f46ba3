"""A filter of the queue: what an address may say, and that nothing else gets through."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dunwell.desk.queue.queries import SORTS, Filter

NAMES = list(Filter.__dataclass_fields__)
ADDRESSES = st.dictionaries(st.sampled_from([*NAMES, "page", "csrfmiddlewaretoken", "staff"]), st.text(max_size=120))


def test_a_filter_that_says_nothing_stands_in_no_address() -> None:
    assert Filter().parameters() == Filter.read({}).parameters() == {}
    assert Filter(sort="turn").parameters() == {}


def test_what_is_chosen_stands_in_the_address() -> None:
    told = {"treatment": "human_call", "sort": "late", "free": "1"}
    assert Filter.read(told).parameters() == told


@given(ADDRESSES)
def test_reading_an_address_again_changes_nothing(told: dict[str, str]) -> None:
    once = Filter.read(told)
    assert Filter.read(once.parameters()) == once
    assert once.sort in SORTS
    assert once.parameters().keys() <= set(NAMES)
    assert all(len(value) <= 80 for value in once.parameters().values())
