"""The closed lists in both languages, and which stop hits which contact."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.compliance.supervision.rules import (
    CODES,
    DRAWS,
    HOLDERS,
    SCOPES,
    SEVERITIES,
    STANDINGS,
    Collector,
    first_stop,
    is_code,
)


class Stop(NamedTuple):
    scope: str
    target: str = ""


CONTACT = {"channel": "voice", "agency": "A-1", "creditor": "telco", "treatment": "remind"}
NOBODY = dict.fromkeys(CONTACT)


@pytest.mark.parametrize("words", [CODES, DRAWS, HOLDERS, SCOPES, SEVERITIES, STANDINGS])
def test_every_word_has_its_chinese(words: dict[str, tuple[str, str]]) -> None:
    for english, chinese in words.values():
        assert english
        assert re.search(r"[\u4e00-\u9fff]", chinese)


@pytest.mark.parametrize("stop", [Stop("everything"), *(Stop(scope, target) for scope, target in CONTACT.items())])
def test_each_scope_hits_its_contact(stop: Stop) -> None:
    assert first_stop([stop], **CONTACT) == stop


@pytest.mark.parametrize("scope", CONTACT)
def test_another_target_does_not(scope: str) -> None:
    assert first_stop([Stop(scope, "other")], **CONTACT) is None


@pytest.mark.parametrize("scope", CONTACT)
def test_a_contact_without_it_is_not_hit(scope: str) -> None:
    assert first_stop([Stop(scope, "None"), Stop(scope, "")], **NOBODY) is None


def test_everything_hits_whatever_is_unknown() -> None:
    assert first_stop([Stop("everything")], **NOBODY) == Stop("everything")


def test_a_code_of_one_scope_does_not_stop_another() -> None:
    assert first_stop([Stop("agency", "telco"), Stop("creditor", "A-1"), Stop("treatment", "voice")], **CONTACT) is None


@given(st.lists(st.sampled_from([Stop("everything"), Stop("channel", "voice"), Stop("channel", "sms")]), max_size=4))
def test_the_first_that_hits_is_named(stops: list[Stop]) -> None:
    hits = [stop for stop in stops if stop != Stop("channel", "sms")]
    assert first_stop(stops, **CONTACT) == (hits[0] if hits else None)


@pytest.mark.parametrize("text", ["S-017", "一号催收员", "a b", "x" * 200, "-"])
def test_a_code(text: str) -> None:
    assert is_code(text)


@pytest.mark.parametrize("text", ["", " ", " a", "a ", "a\nb", "a\x00", "\t", "x" * 201])
def test_no_code(text: str) -> None:
    assert not is_code(text)


@pytest.mark.parametrize(
    ("collector", "holder"),
    [
        (Collector(None, "S-1"), ("staff", "S-1")),
        (Collector("A-1", "S-1"), ("staff", "S-1")),
        (Collector("A-1", None), ("agency", "A-1")),
        (Collector(None, None), None),
    ],
)
def test_a_breach_touches_the_person_first(collector: Collector, holder: tuple[str, str] | None) -> None:
    assert collector.holder == holder
