"""When a recording, a note or a message proves a demand, and when it does not [G4, CN-L5]."""

from __future__ import annotations

import pytest

from dunwell.compliance.content.evidence import Demand, judge_message, judge_recording, ours

ASKED = "催收员：您好，请问是王先生本人吗？\n"
TOLD = "催收员：您的账户欠款120元，请于6月20日前支付。"


def proves(text: str) -> tuple[bool, bool, bool]:
    proof = judge_recording(text)
    return proof.identity, proof.debt, proof.deadline


def test_identity_debt_and_deadline_make_evidence_and_a_demand() -> None:
    proof = judge_recording(f"{ASKED}客户：是的，你说。\n{TOLD}")
    assert (proof.counts, proof.demand, proof.told_too_early) == (True, Demand.PROVED, False)
    assert proof.lacks() == ()


@pytest.mark.parametrize(
    ("answer", "identity"),
    [
        ("是的", True),
        ("我就是，什么事", True),
        ("对", True),
        ("不是", False),
        ("不是，你打错了", False),
        ("我是他老婆，有事跟我说", False),
        ("他不在", False),
        ("喂？喂？", False),
        ("你是哪里", False),
    ],
)
def test_only_who_says_that_it_is_he_is_the_debtor(answer: str, identity: bool) -> None:
    assert proves(f"{ASKED}客户：{answer}\n{TOLD}") == (identity, True, True)


@pytest.mark.parametrize(
    ("answer", "identity"),
    [("Yes, speaking.", True), ("This is he.", True), ("No, wrong number.", False), ("I am his wife.", False)],
)
def test_so_it_is_in_english(answer: str, identity: bool) -> None:
    text = f"Agent: Am I speaking with Mr Smith?\nCustomer: {answer}\nAgent: You owe USD 120, please pay by 20 June."
    assert proves(text) == (identity, True, True)


def test_the_debtor_may_come_to_the_telephone_later() -> None:
    text = f"{ASKED}客户：不是，我叫他来。\n催收员：请问是王先生本人吗？\n客户：是我。\n{TOLD}"
    assert proves(text) == (True, True, True)


def test_who_was_not_asked_confirmed_nothing() -> None:
    proof = judge_recording(f"{TOLD}\n客户：是的。")
    assert (proof.identity, proof.counts, proof.demand) == (False, False, Demand.NOT_PROVED)
    assert proof.told_too_early


def test_a_debt_told_before_the_answer_was_told_too_early() -> None:
    assert judge_recording(f"催收员：请问是王先生本人吗？您的账户欠款120元。\n客户：是的。\n{TOLD}").told_too_early


def test_what_the_customer_says_states_no_debt_and_no_deadline() -> None:
    text = f"{ASKED}客户：是的，我知道欠款120元，我6月20日还。\n催收员：好的，再见。"
    assert proves(text) == (True, False, False)
    assert judge_recording(text).demand is Demand.NOT_PROVED


def test_a_demand_needs_no_deadline_but_evidence_does() -> None:
    proof = judge_recording(f"{ASKED}客户：是的。\n催收员：您的账户欠款120元，请尽快还款。")
    assert (proof.counts, proof.demand) == (False, Demand.PROVED)
    (lack,) = proof.lacks()
    assert (lack.element, lack.en, lack.zh) == (
        "deadline",
        "no deadline was given: name a day",
        "未给出还款期限：须说明日期",
    )


@pytest.mark.parametrize(
    ("note", "told"),
    [
        ("本人接听，告知欠款120元，要求6月20日前还款。", (True, True, True)),
        ("已核实身份，欠款120元，承诺月底前还清。", (True, True, True)),
        ("未核实身份，欠款120元，月底前还清。", (False, True, True)),
        ("Identity verified, told that USD 120 is overdue, to be paid by 20 June.", (True, True, True)),
        ("Identity could not be verified; USD 120 is overdue, to be paid by 20 June.", (False, True, True)),
        ("无人接听。", (False, False, False)),
    ],
)
def test_a_note_is_judged_by_what_it_says_was_done(note: str, told: tuple[bool, bool, bool]) -> None:
    assert proves(note) == told


MESSAGE = "您好，王先生，这里是善收电信。您的账户欠款120元，请于6月20日前支付。"


@pytest.mark.parametrize(
    ("arrived", "demand"), [(True, Demand.PROVED), (False, Demand.NOT_PROVED), (None, Demand.FOR_A_PERSON)]
)
def test_a_message_is_a_demand_if_it_arrived(arrived: bool | None, demand: Demand) -> None:
    proof = judge_message(MESSAGE, arrived=arrived)
    assert (proof.counts, proof.demand) == (True, demand)


def test_a_message_that_asks_for_nothing_is_no_demand_however_it_arrived() -> None:
    assert judge_message("您好，王先生，这里是善收电信，账单已更新。", arrived=True).demand is Demand.NOT_PROVED
    assert judge_message("王先生生日快乐！请于6月20日前领取礼品。", arrived=True).demand is Demand.NOT_PROVED


def test_a_line_without_a_label_goes_on_with_what_was_said_before() -> None:
    assert ours("客户：是的\n我欠款120元\n坐席：好的\n再见") == "好的\n再见"
    assert ours("时间：10点\n告知欠款") == "时间：10点\n告知欠款"
