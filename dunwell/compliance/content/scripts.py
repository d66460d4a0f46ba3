"""Scripts checked before use: as templates at save, and filled in as the customer will see them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, NamedTuple

import yaml

from dunwell.compliance.content.elements import languages, placeholders
from dunwell.compliance.kinds.content import Content
from dunwell.compliance.kinds.question import Candidate, Customer, Question
from dunwell.compliance.rulebook.model import Rule, Rulebook
from dunwell.database import ROOT
from dunwell.facts.errors import DunwellError

SCRIPTS = ROOT / "scripts"
LANGUAGES: tuple[Literal["en", "zh"], ...] = ("en", "zh")
# What a template may leave open, with an example by which it is tried; a long and a strange name are the hardest.
SAMPLES: dict[str, dict[str, str]] = {
    "en": {
        "name": "Jo O'Neill",
        "creditor": "Dunwell Telecommunications & Partners Limited",
        "agent": "Robin Smith",
        "phone": "1-800-555-1212",
        "amount": "CNY 1,204.50",
        "account": "A-1001",
        "due_on": "2026-02-10",
        "deadline": "2026-03-20",
        "pay_link": "https://pay.example/x1",
        "help_link": "https://help.example/x1",
    },
    "zh": {
        "name": "买买提·艾力",
        "creditor": "善收通信集团华东有限公司某某分公司",
        "agent": "王小明",
        "phone": "400-800-1234",
        "amount": "1204.50元",
        "account": "A-1001",
        "due_on": "2026-02-10",
        "deadline": "2026-03-20",
        "pay_link": "https://pay.example/x1",
        "help_link": "https://help.example/x1",
    },
}
_FIELD = re.compile(r"\{([^{}]*)\}")
# Answers to what a customer says: a piece of a conversation, which holds the elements as a whole.
ANSWERS = "objections/"
# Where a script is used: its channel and who acts; one that no treatment names may be used anywhere.
Use = tuple[str, str]
ANYWHERE: tuple[Use, ...] = (("sms", "robot"), ("voice", "robot"), ("voice", "human"), ("letter", "human"))


@dataclass(frozen=True, slots=True)
class Script:
    """The words of a message, in each language; named by its path in the folder of scripts."""

    name: str
    title: Mapping[str, str]
    texts: Mapping[str, str]
    place: str


class Fault(NamedTuple):
    """What is wrong with a script: in which language, in which form (template or rendered), by which rule."""

    language: str
    form: Literal["file", "template", "rendered"]
    rule: str
    en: str
    zh: str

    def sentence(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


def read_scripts(path: Path = SCRIPTS) -> list[Script]:
    """This function will read a script, or every script of a folder and the folders below it."""
    files = sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
    if not files:
        raise DunwellError("there is no script in it", place=str(path), cure="give a script or a folder of scripts")
    return [_read(file, folder=path if path.is_dir() else file.parent) for file in files]


def _read(file: Path, *, folder: Path) -> Script:
    try:
        told = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DunwellError("there is no such script", place=str(file), cure="give a script or a folder") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        cure = "mend the YAML, saved as UTF-8"
        raise DunwellError(" ".join(str(error).split()), place=str(file), cure=cure) from None
    if not _whole(told):
        cure = "see another script: name, en and zh, each with words"
        raise DunwellError("it must hold the keys name, en and zh and no other", place=str(file), cure=cure)
    # A script of the house is named from the folder of all scripts, wherever the reading began.
    root = SCRIPTS if file.resolve().is_relative_to(SCRIPTS) else folder
    name = file.resolve().relative_to(root.resolve()).with_suffix("").as_posix()
    return Script(name, told["name"], {language: told[language].strip() for language in LANGUAGES}, str(file))


def _whole(told: Any) -> bool:
    if not isinstance(told, Mapping) or set(told) != {"name", *LANGUAGES} or not isinstance(told["name"], Mapping):
        return False
    texts = [*(told[language] for language in LANGUAGES), *(told["name"].get(language) for language in LANGUAGES)]
    return all(isinstance(text, str) and text.strip() for text in texts)


def render(text: str, *, values: Mapping[str, str]) -> str:
    """This function will fill in a template; a place for which there is no value stays open."""
    return _FIELD.sub(lambda found: values.get(found.group(1), found.group()), text)


def check_script(script: Script, *, rulebook: Rulebook, uses: Iterable[Use], on: date) -> list[Fault]:
    """This function will judge the script by every rule about content that binds one of its uses on that day."""
    told = (*_places(script), *_tongues(script), *_by_rules(script, rulebook=rulebook, uses=tuple(uses), on=on))
    return list(dict.fromkeys(told))


def check_message(text: str, *, rulebook: Rulebook, use: Use, on: date, script: str | None = None) -> list[Fault]:
    """This function will judge a finished message by every rule about content that binds it, as the gate would."""
    channel, actor = use
    candidate = Candidate(channel=channel, creditor=None, actor=actor, script=script, text=text)
    question = Question(customer=Customer(), candidate=candidate, on=on)
    judged = ((rule, terms.judge(question)) for rule, terms in _about_content(rulebook, on=on) if rule.binds(question))
    return [Fault("", "rendered", rule.id, told.reason_en, told.reason_zh) for rule, told in judged if told]


def _places(script: Script) -> Iterator[Fault]:
    fields = {language: set(_FIELD.findall(text)) for language, text in script.texts.items()}
    for language in LANGUAGES:
        for strange in sorted(fields[language] - set(SAMPLES[language])):
            known = ", ".join(SAMPLES[language])
            en, zh = f"{{{strange}}} is no place we can fill in: use {known}", f"无法填充{{{strange}}}：可用{known}"
            yield Fault(language, "file", "placeholders", en, zh)
    if fields["en"] != fields["zh"]:
        lone = ", ".join(f"{{{name}}}" for name in sorted(fields["en"] ^ fields["zh"]))
        yield Fault("en", "file", "placeholders", f"{lone} stands in one language only", f"{lone}仅见于一种语言")


def _tongues(script: Script) -> Iterator[Fault]:
    for language in LANGUAGES:
        if language not in languages(script.texts[language]):
            yield Fault(language, "file", "language", "the text is not in its language: translate it", "文本语言不符")


def _by_rules(script: Script, *, rulebook: Rulebook, uses: tuple[Use, ...], on: date) -> Iterator[Fault]:
    for rule, terms in _about_content(rulebook, on=on):
        if any(_binds(rule, terms, script=script, use=use, on=on) for use in uses):
            if script.name.startswith(ANSWERS):
                terms = terms.model_copy(update={"requires": (), "limited_content": False})
            for language, text in script.texts.items():
                yield from _by_rule(rule, terms, language=language, text=text, on=on)


def _about_content(rulebook: Rulebook, *, on: date) -> Iterator[tuple[Rule, Content]]:
    for rule in rulebook.on(on).rules:
        if isinstance(rule.terms, Content):
            yield rule, rule.terms


def _binds(rule: Rule, terms: Content, *, script: Script, use: Use, on: date) -> bool:
    channel, actor = use
    candidate = Candidate(channel=channel, creditor=None, actor=actor, script=script.name, text="")
    question = Question(customer=Customer(), candidate=candidate, on=on)
    return rule.binds(question) and terms.binds(question)


def _by_rule(rule: Rule, terms: Content, *, language: str, text: str, on: date) -> Iterator[Fault]:
    told = [("template", fault) for fault in terms.faults(text, on=on, template=True)]
    filled = render(text, values=SAMPLES[language])
    # What is wrong with both forms alike is told once.
    seen = {fault for _, fault in told}
    if not placeholders(filled):
        told += [("rendered", fault) for fault in terms.faults(filled, on=on) if fault not in seen]
    for form, (en, zh) in told:
        yield Fault(language, "template" if form == "template" else "rendered", rule.id, en, zh)
