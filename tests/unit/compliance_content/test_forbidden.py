"""What is denied, quoted or warned of is not claimed; what only looks so is."""

from __future__ import annotations

from datetime import date
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.compliance.content.forbidden import forbidden, told_once

DAY = date(2026, 3, 10)


def groups(text: str) -> set[str]:
    return {claim.group for claim in forbidden(text, on=DAY)}


@pytest.mark.parametrize(
    "text",
    [
        "我们不会联系您的家人。",
        "未经您同意，我们不得通知您的单位。",
        "我们联系您时不会告知您的家人。",
        "严禁催收人员辱骂客户为“老赖”。",
        "您的欠款不会导致坐牢，也不会进黑名单。",
        "We will never contact your family.",
        "Nobody can be arrested for this.",
        "You do not have to borrow from your friends to pay.",
    ],
)
def test_a_denial_is_a_promise_and_no_threat(text: str) -> None:
    assert groups(text) == set()


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("如不还款，我们将联系您的家人。", "third_party"),
        ("如不还款我们将联系您的家人。", "third_party"),
        ("再不还钱就告诉你父母。", "third_party"),
        ("我们不得不联系您的家人。", "third_party"),
        ("我们不仅联系您的家人，还会去您单位。", "third_party"),
        ("别以为我们不会告诉你父母。", "third_party"),
        ("不要以为不会坐牢。", "exaggeration"),
        ("您不还款就会坐牢。", "exaggeration"),
        ("If you do not pay we will tell your wife.", "third_party"),
        ("If you don't pay you will go to jail.", "exaggeration"),
        ("Do not think we won't tell your boss.", "third_party"),
        ("We have no choice but to contact your employer.", "third_party"),
        ("It is not only your problem, we will inform your employer.", "third_party"),
    ],
)
def test_a_condition_or_a_turn_is_no_denial(text: str, group: str) -> None:
    assert group in groups(text)


@pytest.mark.parametrize(
    "text",
    [
        "您提到“有人说要打断您的腿”，我们已介入调查。",
        "如有人自称公安要求转账，请勿相信并立即报警。",
        "凡冒充法院工作人员、声称要冻结您银行卡的，均为诈骗。",
        "网上流传“欠话费要坐牢”是谣言。",
        "You told us that someone threatened to break your legs.",
        "If someone claims to be from the police, do not pay and report it.",
    ],
)
def test_words_of_others_and_warnings_are_not_ours(text: str) -> None:
    assert groups(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "“法院”明天就去抓人。",
        "我们会把你列入“黑名单”。",
        "你的行为是诈骗，警察会上门抓人。",
        'We will put you on the "blacklist".',
    ],
)
def test_quotation_marks_alone_excuse_nothing(text: str) -> None:
    assert "exaggeration" in groups(text)


@pytest.mark.parametrize(
    "text",
    [
        "对不起，之前误打了您母亲的电话，今后不会再发生。",
        "抱歉，上周同事说要通知您单位，这是不对的。",
        "We are sorry that a colleague called your mother last week.",
        "I apologise; we should not have written that you will be arrested, and I am sorry we did, by mistake.",
    ],
)
def test_who_is_sorry_for_it_does_not_threaten_it(text: str) -> None:
    assert groups(text) == set()


@pytest.mark.parametrize(
    ("text", "group"),
    [("抱歉，我们只好联系您的家人了。", "third_party"), ("Sorry, but we will tell your wife.", "third_party")],
)
def test_an_apology_for_what_will_be_done_excuses_nothing(text: str, group: str) -> None:
    assert group in groups(text)


def test_words_that_make_a_claim_lawful_excuse_it_in_their_sentence_only() -> None:
    assert groups("法院判决后仍不履行的，可能被列入失信被执行人名单。") == set()
    assert groups("法院判决后再说。你会被列入失信被执行人名单。") == {"exaggeration"}


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("我哋會打去你公司搵你老細傾吓。", "third_party"),
        ("唔還錢就等住坐監。", "exaggeration"),
        ("佢冇權投訴。", "rights"),
        ("老子弄SI你。", "violence"),
        ("十分鐘內不轉帳就報警抓人。", "false_urgency"),
        ("sh1t, pay now", "abuse"),
        ("We will lock u up in ja1l, you're going to jall", "exaggeration"),
    ],
)
def test_dialect_slang_and_masks_are_seen_through(text: str, group: str) -> None:
    assert group in groups(text)


def test_obscenity_is_excused_by_nothing() -> None:
    assert groups("您提到“操你妈”。") == {"abuse"}
    assert groups("We are not calling you a bastard.") == {"abuse"}


@pytest.mark.parametrize(
    "text",
    [
        "黑名单",
        "黑·名·单",
        "黑 名 单",
        "黑.名.单",
        "黑-名_单",
        "黑，名，单",
        "黑\u200b名\u200b单",
        "黑名單",
        "Ｂｌａｃｋｌｉｓｔ",
        "b.l.a.c.k.l.i.s.t",
        "b l a c k l i s t",
        "BLACK\u00adLIST",
        "bl4cklist",
        "b̶l̶a̶c̶k̶l̶i̶s̶t̶",
    ],
)
def test_a_word_is_found_however_it_is_dressed(text: str) -> None:
    assert groups(f"您将进入{text}") == {"exaggeration"}


@pytest.mark.parametrize(
    "text", ["告诉我。您的家人好吗", "我们会告诉您\n家人套餐已生效", "police-free", "The arrestor cable"]
)
def test_a_pattern_ends_with_its_sentence_and_a_word_with_its_letters(text: str) -> None:
    assert groups(text) == set()


def test_the_same_words_are_told_once_for_each_group() -> None:
    claims = forbidden("不还就坐牢，你这个老赖，坐牢去吧。", on=DAY)
    assert [claim.group for claim in told_once(claims)] == sorted({claim.group for claim in claims})
    both = forbidden("You will go to jail. Your credit will be ruined for life.", on=DAY)
    assert [claim.words for claim in told_once(both)] == ["go to jail", "ruined … for life"]
    assert len(both) > 2


def test_only_the_lists_asked_for_are_searched() -> None:
    text = "你这个老赖，不还就坐牢。"
    assert {claim.group for claim in forbidden(text, on=DAY, groups=["abuse"])} == {"abuse"}
    assert groups(text) == {"abuse", "exaggeration"}
    assert forbidden(text, on=DAY, groups=[]) == []


@given(st.text(alphabet="不会告诉联系您的家人坐牢。，“” neverarst'", max_size=200))
def test_any_text_has_an_answer_and_the_same_one_twice(text: str) -> None:
    assert forbidden(text, on=DAY) == forbidden(text, on=DAY)


@pytest.mark.parametrize(
    "unit", ["告诉", "如果", "a.", "黑，", "[{", "不", "“", "联系家人", "不会联系家人，", "1,", "  ", "4a"]
)
def test_no_text_takes_long(unit: str) -> None:
    """A thousand times longer than a message, and made to make a search run away."""
    text = unit * (20_000 // len(unit))
    start = process_time()
    forbidden(text, on=DAY)
    assert process_time() - start < 5
