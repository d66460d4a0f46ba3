"""What can come of a contact: every key says one thing, and whatever changes a customer's treatment says so before."""

from __future__ import annotations

import re

import pytest

from dunwell.ledger.kinds import Answerer
from dunwell.work.rules import BY_CODE, RESULTS, Follow, Result

CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Keys that the page uses for itself.
TAKEN = set("nqta?r")


def test_every_key_and_code_says_one_thing() -> None:
    assert len({result.key for result in RESULTS}) == len(RESULTS) == len(BY_CODE)
    assert TAKEN.isdisjoint(result.key for result in RESULTS)
    assert all(len(result.key) == 1 for result in RESULTS)


def test_the_everyday_has_numbers_and_the_grave_has_letters() -> None:
    assert "".join(result.key for result in RESULTS if result.follow is None) == "123456789"
    assert all(result.key.isalpha() for result in RESULTS if result.follow is not None)


def test_everything_that_follows_has_one_outcome() -> None:
    assert sorted(result.follow for result in RESULTS if result.follow) == sorted(Follow)


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: result.code)
def test_words_stand_in_both_languages(result: Result) -> None:
    assert CHINESE.search(result.word("zh-hans"))
    assert not CHINESE.search(result.word("en"))
    if result.follow is not None:
        assert CHINESE.search(result.then("zh-hans"))
        assert not CHINESE.search(result.then("en"))
        assert result.then("en").endswith(".")
    else:
        assert result.then("en") == result.then("zh-hans") == ""


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: result.code)
def test_a_note_is_drafted_in_the_language_of_the_writer_or_not_at_all(result: Result) -> None:
    assert bool(result.note("en")) == bool(result.note("zh"))
    assert not CHINESE.search(result.note("en"))


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: result.code)
def test_a_conversation_is_with_the_debtor_who_was_reached(result: Result) -> None:
    if result.conversation:
        assert result.connected
        assert result.answered_by is Answerer.DEBTOR
    if result.answered_by is Answerer.NOBODY:
        assert not result.connected


def test_what_the_debtor_must_have_said_himself_counts_as_a_conversation() -> None:
    said = {Follow.STOP, Follow.DISPUTE, Follow.HARDSHIP, Follow.COMPLAINT, Follow.PAUSE}
    assert all(result.conversation for result in RESULTS if result.follow in said)
    [wrong] = [result for result in RESULTS if result.follow is Follow.BAD_ADDRESS]
    assert wrong.answered_by is Answerer.THIRD_PARTY
    assert wrong.code == "wrong_number", "the gate forgives contacts by this very code"
