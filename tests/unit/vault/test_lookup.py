"""Look-up digests: spellings that are one value, values that are not, and subjects."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.vault import rules

KEY = bytes(range(32))
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("field", "text", "normal"),
    [
        ("name", "  Zhang   San ", "zhang san"),
        ("name", "ＺＨＡＮＧ　San", "zhang san"),
        ("name", "Straße", "strasse"),
        ("name", "张三", "张三"),
        ("name", "138 0013 8000", "138 0013 8000"),
        ("identity", "11010119900307123X", "11010119900307123x"),
        ("identity", "110101 19900307-1234", "110101199003071234"),
        ("contact", "Li.Si@Example.COM ", "li.si@example.com"),
        ("contact", "138-0013-8000", "+8613800138000"),
        ("contact", "１３８００１３８０００", "+8613800138000"),
        ("contact", "86 13800138000", "+8613800138000"),
        ("contact", "+86 138 0013 8000", "+8613800138000"),
        ("contact", "0086 13800138000", "+8613800138000"),
        ("contact", "+44 (20) 7946-0958", "+442079460958"),
        ("contact", "010-6552 1234", "01065521234"),
        ("contact", "wx_LiSi88", "wx_lisi88"),
        ("contact", "", ""),
    ],
)
def test_spellings_come_to_one_form(field: str, text: str, normal: str) -> None:
    assert rules.normal(text, field=field) == normal


@given(text=TEXT, field=st.sampled_from(["name", "identity", "contact", "note"]))
def test_a_spelling_says_the_same_with_spaces_around(text: str, field: str) -> None:
    assert rules.digest(KEY, field=field, text=f" {text}\t") == rules.digest(KEY, field=field, text=text)


def test_digests_tell_values_fields_and_installations_apart() -> None:
    digests = {
        rules.digest(key, field=field, text=text)
        for key in (KEY, bytes(32))
        for field in ("name", "identity")
        for text in ("王伟", "王芳")
    }
    assert len(digests) == 8
    assert all(len(digest) == 32 for digest in digests)


def test_a_digest_is_hmac_of_field_and_normal_text() -> None:
    assert rules.digest(KEY, field="name", text=" LI Si") == rules.mac(KEY, data=b"name\x1fli si")


def test_a_subject_is_for_ever() -> None:
    """Changing this number would orphan every key that is stored: then a new version of the rule is needed."""
    subject = rules.subject_of(KEY, source="crm", external_id="C-1")
    assert subject == rules.subject_of(KEY, source="crm", external_id="C-1")
    assert str(subject) == "649e5913-ba33-e0b5-c3d5-2c8fe2f461ca"


@given(first=st.tuples(TEXT, TEXT), second=st.tuples(TEXT, TEXT))
def test_no_two_persons_share_a_subject(first: tuple[str, str], second: tuple[str, str]) -> None:
    one = rules.subject_of(KEY, source=first[0], external_id=first[1])
    other = rules.subject_of(KEY, source=second[0], external_id=second[1])
    assert (one == other) == (first == second)


def test_the_border_between_source_and_id_counts() -> None:
    assert rules.subject_of(KEY, source="ab", external_id="c") != rules.subject_of(KEY, source="a", external_id="bc")


@pytest.mark.parametrize(("text", "masked"), [("张三", "张***"), ("Zhang San", "Z***"), ("", "")])
def test_a_mask_hides_all_but_the_first_character(text: str, masked: str) -> None:
    assert rules.mask(text) == masked
