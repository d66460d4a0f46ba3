"""The presumption on histories by chance: an oracle that shares no code says the same, and finds out every mutant."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import frequency_oracle
import pytest

from dunwell.compliance.frequency import presumption
from dunwell.compliance.frequency.history import Consent
from dunwell.compliance.frequency.presumption import presume
from dunwell.compliance.frequency.reading import load_frequency
from dunwell.compliance.frequency.telling import Teller
from dunwell.compliance.frequency.terms import CallFrequency
from dunwell.compliance.frequency.vectors import KEYS, _plain

ENTRIES = load_frequency("us")
CONTACTS = 20_000
# The nightly run judges a million.
AT_LENGTH = 1_000_000 if os.environ.get("HYPOTHESIS_PROFILE") == "soak" else 100_000


def histories(seed: int, contacts: int) -> Iterator[dict[str, Any]]:
    """This function will make up histories until they hold so many contacts."""
    chance, made = Random(seed), 0
    while made < contacts:
        vector = frequency_oracle.some_history(chance)
        made += len(vector["events"])
        yield vector


def computed(vector: dict[str, Any], terms: CallFrequency) -> dict[str, Any]:
    teller = Teller(vector, place="by chance", entries=(terms,))
    return _plain(presume(teller.events(), terms=terms, debts=teller.debts()))


def disagreement(vector: dict[str, Any], terms: CallFrequency) -> dict[str, Any]:
    told, wanted = computed(vector, terms), frequency_oracle.expected(vector)
    return {key: (told[key], wanted[key]) for key in KEYS if told[key] != wanted[key]}


def test_20_000_contacts_are_judged_as_the_oracle_judges_them() -> None:
    strange = [(vector, found) for vector in histories(2026, CONTACTS) if (found := disagreement(vector, ENTRIES[0]))]
    assert strange[:1] == []


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_many_more_contacts_are_judged_as_the_oracle_judges_them() -> None:
    strange = (vector for vector in histories(1, AT_LENGTH) if disagreement(vector, ENTRIES[0]))
    assert next(strange, None) is None


def test_the_histories_come_to_every_verdict() -> None:
    """A history that never violates tries nothing; each verdict comes often enough to be tried."""
    found: Counter[str] = Counter()
    for vector in histories(7, CONTACTS):
        wanted = frequency_oracle.expected(vector)
        found[f"prong {wanted['prong']}"] += 1
        found[f"flag {wanted['review_flag']}"] += 1
        found["left out"] += wanted["excluded_calls"] > 0
        found["not counted"] += not wanted["count_last_call"]
    for name in ("prong A", "prong B", "prong None", "flag concentrated", "flag rapid_succession", "left out"):
        assert found[name] > 5, found
    assert found["not counted"] > 5


# ---- mutants ---------------------------------------------------------------------------------------------------------


def with_terms(**changed: Any) -> CallFrequency:
    return CallFrequency.model_validate({**ENTRIES[0].model_dump(), **changed})


NONE = {"phrases": ["nobody at all"]}
FAULTY_TERMS = {
    "eight calls are allowed": with_terms(most=8),
    "six calls are allowed": with_terms(most=6),
    "the window has eight days": with_terms(days=8),
    "the window has six days": with_terms(days=6),
    "it is quiet for eight days": with_terms(quiet_days=8),
    "it is quiet for six days": with_terms(quiet_days=6),
    "the day of the event is not the first": with_terms(day_one="next_day"),
    "a consent lasts eight days": with_terms(consent_days=8),
    "a consent lasts six days": with_terms(consent_days=6),
    "seven calls are concentrated": with_terms(concentrated={"calls": 7, "days": 1}),
    "five calls are concentrated": with_terms(concentrated={"calls": 5, "days": 1}),
    "calls of two days are concentrated": with_terms(concentrated={"calls": 6, "days": 2}),
    "six minutes are rapid": with_terms(rapid={"calls": 2, "minutes": 6}),
    "only four minutes are rapid": with_terms(rapid={"calls": 2, "minutes": 4}),
    "calls to attorneys count": with_terms(people_left_out=NONE),
}


@pytest.mark.parametrize("fault", FAULTY_TERMS)
def test_a_mutant_of_the_numbers_is_killed(fault: str) -> None:
    assert any(disagreement(vector, FAULTY_TERMS[fault]) for vector in histories(11, CONTACTS // 4)), fault


Record = presumption._Record
FAULTY_CODE: dict[str, tuple[Any, str, Any]] = {
    "a consent never ends early": (Record, "_ended", lambda *_, **__: False),
    "a consent is used at once": (Record, "_ended", lambda *_, **__: True),
    "consents open nothing": (Record, "_consented", lambda *_, **__: False),
    "agreed days do not matter": (Consent, "agreed", lambda *_: True),
    "wrong numbers count": (Record, "_misdirected", lambda *_, **__: False),
    "conversations do not matter": (Record, "_quiet", lambda *_, **__: False),
    "what did not connect counts": (
        Record,
        "_counts_not",
        lambda record, call, *, position, debt: (
            record._excluded_person(call.person) or record._consented(call, position=position, debt=debt)
        ),
    ),
    "everybody is the consumer": (presumption, "CONSUMER", "neighbour"),
    "no order within a day": (presumption, "in_order", lambda events: list(events)),
    "one more call is for no debt": (
        presumption,
        "_one_more",
        lambda call, *, on: presumption.Call(on=on, debts=frozenset(), person=call.person),
    ),
}


@pytest.mark.parametrize("fault", FAULTY_CODE)
def test_a_mutant_of_the_code_is_killed(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, name, faulty = FAULTY_CODE[fault]
    monkeypatch.setattr(owner, name, faulty)
    assert any(disagreement(vector, ENTRIES[0]) for vector in histories(11, CONTACTS // 4)), fault


def test_the_oracle_shares_no_code() -> None:
    text = Path(frequency_oracle.__file__).read_text("utf-8")
    assert "import dunwell" not in text
    assert "from dunwell" not in text
