"""What can come of a contact, which key tells it, and what follows at once: pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dunwell.ledger.kinds import Answerer


class Follow(StrEnum):
    """A fact that is written together with the outcome."""

    BAD_ADDRESS = "bad_address"
    STOP = "stop"
    DISPUTE = "dispute"
    HARDSHIP = "hardship"
    COMPLAINT = "complaint"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One thing that can come of a contact: its code, its key, its words, and what it says of the attempt."""

    code: str
    key: str
    en: str
    zh: str
    answered_by: Answerer | None = None
    connected: bool = True
    conversation: bool = False
    follow: Follow | None = None
    # What happens because of it, shown before it is chosen.
    then_en: str = ""
    then_zh: str = ""
    # Sentences for a note, which the collector may change.
    note_en: str = ""
    note_zh: str = ""

    def word(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en

    def then(self, language: str) -> str:
        return self.then_zh if language.startswith("zh") else self.then_en

    def note(self, language: str) -> str:
        return self.note_zh if language.startswith("zh") else self.note_en


def _talk(code: str, key: str, words: tuple[str, str], note: tuple[str, str]) -> Result:
    """This function will describe a conversation with the debtor."""
    (en, zh), (note_en, note_zh) = words, note
    debtor = Answerer.DEBTOR
    return Result(
        code=code, key=key, en=en, zh=zh, answered_by=debtor, conversation=True, note_en=note_en, note_zh=note_zh
    )


def _grave(code: str, key: str, words: tuple[str, str], follow: Follow, then: tuple[str, str]) -> Result:
    """This function will describe what the debtor says and what follows at once, whoever has which plans."""
    (en, zh), (then_en, then_zh) = words, then
    return Result(
        code=code,
        key=key,
        en=en,
        zh=zh,
        answered_by=Answerer.DEBTOR,
        conversation=True,
        follow=follow,
        then_en=then_en,
        then_zh=then_zh,
        note_en=f"{en}.",
        note_zh=f"{zh}。",
    )


def _silent(code: str, key: str, words: tuple[str, str], answered_by: Answerer, *, connected: bool) -> Result:
    """This function will describe an attempt that did not reach the debtor."""
    return Result(code=code, key=key, en=words[0], zh=words[1], answered_by=answered_by, connected=connected)


# Number keys for the everyday, letters for what changes at once how the customer is treated.
RESULTS: tuple[Result, ...] = (
    _talk("promised", "1", ("Promises to pay", "承诺还款"), ("Promises to pay.", "客户承诺还款。")),
    _talk("will_call_back", "2", ("Will call back", "客户将回电"), ("Will call back.", "客户将自行回电。")),
    _talk("says_paid", "3", ("Says it is paid", "称已付款"), ("Says it is paid; to check.", "客户称已付款，待核对。")),
    _talk("refused", "4", ("Refuses to pay", "拒绝还款"), ("Refuses to pay.", "客户拒绝还款。")),
    _silent("third_party", "5", ("Somebody else answered", "他人接听"), Answerer.THIRD_PARTY, connected=True),
    _silent("voicemail", "6", ("Voicemail, nothing left", "语音信箱，未留言"), Answerer.VOICEMAIL, connected=True),
    _silent("no_answer", "7", ("No answer", "无人接听"), Answerer.NOBODY, connected=False),
    _silent("busy", "8", ("Busy", "占线"), Answerer.NOBODY, connected=False),
    _silent("undelivered", "9", ("Cannot be reached", "无法接通"), Answerer.NOBODY, connected=False),
    Result(
        code="wrong_number",
        key="w",
        en="Wrong person",
        zh="非本人",
        answered_by=Answerer.THIRD_PARTY,
        follow=Follow.BAD_ADDRESS,
        then_en="This number or address is marked as wrong at once and is not used for this customer again.",
        then_zh="该号码或地址立即标记为错误，不再用于此客户。",
    ),
    _grave(
        *("stop", "s", ("Asks us to stop", "要求停止联系"), Follow.STOP),
        (
            "All contact about this debt ends now, on every channel, until the customer takes it back.",
            "立即停止就此债务的一切渠道联系，直至客户撤回该要求。",
        ),
    ),
    _grave(
        *("disputed", "d", ("Disputes the debt", "对欠款有异议"), Follow.DISPUTE),
        (
            "Contact stops now and days late no longer count, until the dispute is decided.",
            "立即暂停联系，逾期天数停止累计，直至异议处理完毕。",
        ),
    ),
    _grave(
        *("asked_for_help", "h", ("In hardship", "经济困难"), Follow.HARDSHIP),
        (
            "For 90 days the customer counts as in hardship: care before pressure, from the next plan on.",
            "90天内按经济困难客户对待：自下次计划起以关怀为先。",
        ),
    ),
    _grave(
        *("complaint", "c", ("Complains", "投诉"), Follow.COMPLAINT),
        ("A complaint is recorded against this contact and counted.", "就本次联系登记投诉并计入统计。"),
    ),
    _grave(
        *("distress", "x", ("In distress, speaks of self-harm", "情绪危机或有轻生表述"), Follow.PAUSE),
        (
            "All contact stops now. Only a specialist, who is told on the first page, may let it go on.",
            "立即停止一切联系，并在首页提示专人跟进；仅专人可恢复联系。",
        ),
    ),
)
BY_CODE = {result.code: result for result in RESULTS}
