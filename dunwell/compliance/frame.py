"""May we make these contacts? The rulebook over a whole table of candidates, as one Ibis expression.

What the rules count is gathered once per customer, judged there where that is possible, and joined to the candidates;
then each rule is one boolean column, computed row by row. A null that a rule needs refuses: nothing is allowed because
nobody wrote something down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from hashlib import sha256
from itertools import product
from typing import Any, NamedTuple

import ibis
from ibis import Table, ifelse, literal
from ibis.expr.types import BooleanValue, DateValue, StringValue, Value

from dunwell.compliance.beforehand import Beforehand, Spoken
from dunwell.compliance.kinds.gathering import Gathering
from dunwell.compliance.kinds.kind import Fact, Granted, channel_bit, channel_bits, listed, only_if
from dunwell.compliance.kinds.question import ACTORS, CHANNELS, NEVER
from dunwell.compliance.kinds.shares import countable, without_wrong_numbers
from dunwell.compliance.kinds.windows import Window, clock, lawful, longest, zone_names
from dunwell.compliance.kinds.wished_day import WishedDay, span_clock
from dunwell.compliance.kinds.wishes import Wishes
from dunwell.compliance.rulebook.model import Enforcement, Rule, Rulebook, RulebookError
from dunwell.compliance.rulebook.scope import Scope

# Rules about hours that bind some rows only: every combination of them is worked out beforehand.
PARTIAL_MAX = 6


def mask(candidates: Table, *, tables: Mapping[str, Table], portrait: Table, rulebook: Rulebook, on: date) -> Table:
    """This function will judge every candidate for the day `on` of its customer's own calendar.

    The result is the candidates with these columns more: `allowed`; `refused_rules`, `warned_rules`, `review_rules`
    (ids in rulebook order, joined by `;`, '' if none: what is under review must not go out without a person);
    `window_from` and `window_until`, the longest lawful window of the day as HH:MM in `window_zone`, null if no hour
    is lawful; `earliest_on`, the first day on which all that refuses today has ended by what is known today, null if
    that is unknown or nothing refuses. Rules that are judged at the gate only are left out.

    Where the candidates and `tables["contacts"]` tell `debts` (a list of texts), `claim` or `household`, rules that
    count by them do; else they count by creditor. Contacts that tell `wrong_number` count for nobody.
    """
    book = rulebook.on(on)
    planned = {number: rule for number, rule in enumerate(book.rules) if not rule.terms.at_gate_only}
    rules = {number: rule for number, rule in planned.items() if rule.narrows or not rule.terms.about_hours}
    wishes = {number: rule.terms for number, rule in rules.items() if isinstance(rule.terms, Wishes)}
    hours = list(_hours(rules, zones=book.zones, on=on))
    if len({item.windows if wishes else item.window for item in hours}) == 1 and hours[0].window:
        # Every row has the same hours, so these rules have nothing to ask and nothing to refuse.
        rules = {number: rule for number, rule in rules.items() if rule.terms.windows() is None}
        hours = hours[:1]
    tables = without_wrong_numbers(tables)
    asked = {
        number: {name: countable(fact, candidates=candidates, tables=tables) for name, fact in _asked(number, rule)}
        for number, rule in rules.items()
    }
    gathering = Gathering(tables, {name: fact for facts in asked.values() for name, fact in facts.items()}, on)
    beforehand, scopes = Beforehand(rules, asked, on), _scopes(rules.values())
    persons = gathering.of_customers(_persons(portrait, rules=rules.values(), scopes=scopes, zones=book.zones))
    rows = _known(candidates, persons=beforehand.of_customers(persons), scopes=scopes, zones=book.zones)
    files = gathering.files()
    rows = gathering.of_contacts(rows, files=None if files is None else beforehand.of_files(files))
    binds = {number: _binds(rows, rule=rule, number=number) for number, rule in rules.items()}
    rows = rows.mutate(**_by_hours(rows, hours=hours, binds=binds, numbered=bool(wishes)))
    if wishes:
        always = frozenset(number for number in wishes if _everywhere(rules[number]))
        day = WishedDay(wishes, tuple(item.windows for item in hours), on, always)
        rows = day.beside(rows, wishes=_wishes(tables), binds=binds)
        rows = rows.mutate(
            mask_from=ifelse(rows.mask_left.notnull(), span_clock(rows, end=False), rows.mask_from),
            mask_until=ifelse(rows.mask_left.notnull(), span_clock(rows, end=True), rows.mask_until),
        )
    partial = {
        number: _binds(rows, rule=rule, number=number) for number, rule in rules.items() if not _everywhere(rule)
    }
    spoken = beforehand.of_contacts(rows, persons=persons, binds=partial)
    return spoken.rows.select(*candidates.columns, **_results(spoken, rules=rules, zones=book.zones))


def _scopes(rules: Iterable[Rule]) -> dict[str, Scope]:
    """This function will name the column of each scope once, however many rules share it."""
    return {_scope_column(rule.applies): rule.applies for rule in rules if rule.applies}


def _scope_column(scope: Scope) -> str:
    return f"mask_in_{sha256(scope.model_dump_json().encode()).hexdigest()[:12]}"


def _persons(portrait: Table, *, rules: Iterable[Rule], scopes: Mapping[str, Scope], zones: tuple[str, ...]) -> Table:
    """This function will pick what the rules read of the portrait, and tell whom each scope binds."""
    asked = {column for rule in rules for column in rule.terms.portrait_columns()}
    asked |= {column for scope in scopes.values() for column in scope.portrait_columns()}
    persons = portrait.select(
        party_id=portrait.party_id,
        mask_here=literal(True),
        mask_zone=only_if(portrait.time_zone.isin(sorted(zone_names())), portrait.time_zone),
        **{f"mask_of_{column}": portrait[column] for column in sorted(asked)},
    )
    here = {name: scope.column(persons, zones=zones) for name, scope in scopes.items()}
    return persons.mutate(**here) if here else persons


def _known(candidates: Table, *, persons: Table, scopes: Mapping[str, Scope], zones: tuple[str, ...]) -> Table:
    """This function will put beside each candidate what is known of its customer; unknown names become null."""
    persons = persons.rename(mask_party="party_id")
    rows = candidates.left_join(persons, candidates.party_id == persons.mask_party)
    return rows.mutate(
        mask_known=rows.mask_here.fill_null(False),
        mask_zone_known=rows.mask_zone.notnull(),
        mask_channel_bit=channel_bit(rows.channel),
        mask_actor_known=rows.actor.isin(ACTORS).fill_null(False),
        **{name: rows[name].fill_null(scope.nobody_knows(zones)) for name, scope in scopes.items()},
    )


def _asked(number: int, rule: Rule) -> Iterator[tuple[str, Fact]]:
    yield from ((f"mask_{number}_{name}", fact) for name, fact in rule.terms.facts().items())
    if rule.unless and rule.unless.consent:
        yield f"mask_opens_{number}", Granted(rule.unless.consent)


def _everywhere(rule: Rule) -> bool:
    """This function will tell whether the rule binds every row."""
    return (
        not (rule.unless and rule.unless.consent)
        and rule.applies is None
        and set(rule.channels) >= set(CHANNELS)
        and set(rule.actors) >= set(ACTORS)
    )


def _binds(rows: Table, *, rule: Rule, number: int) -> BooleanValue:
    """This function will tell whether the rule is about the row; an unknown channel or actor is bound."""
    others = channel_bits(set(CHANNELS) - set(rule.channels))
    bound = [(rows.mask_channel_bit & others) == 0] if others else []
    bound += [] if set(rule.actors) >= set(ACTORS) else [listed(rows.actor, names=rule.actors, known=ACTORS)]
    bound += [~rows[f"mask_opens_{number}"]] if rule.unless and rule.unless.consent else []
    bound += [rows[_scope_column(rule.applies)], rule.applies.for_creditor(rows.creditor)] if rule.applies else []
    return _all_of(bound)


# ---- hours -----------------------------------------------------------------------------------------------------------


class Hours(NamedTuple):
    """The lawful windows of the rows whose zone is known or not and which these rules bind or do not."""

    zone_known: bool
    bound: Mapping[int, bool]
    windows: tuple[Window, ...]

    @property
    def window(self) -> Window | None:
        return longest(self.windows)


def _hours(rules: Mapping[int, Rule], *, zones: tuple[str, ...], on: date) -> Iterator[Hours]:
    """This function will work out the hours of every combination of rules that may bind a row.

    Rules that bind the very same rows are one in this: each stands under the first of its like.
    """
    told = {number: rule.terms.windows() for number, rule in rules.items() if rule.narrows}
    windows = {number: hours for number, hours in told.items() if hours is not None}
    first: dict[object, int] = {}
    like = {n: first.setdefault(_reach(rules[n]), n) for n in windows if not _everywhere(rules[n])}
    if len(first) > PARTIAL_MAX:
        raise RulebookError(
            f"rules about hours bind {len(first)} sets of contacts; the mask works with {PARTIAL_MAX} at most",
            place="rulebooks",
            cure="join rules with the same hours, or load fewer layers",
        )
    for zone_known, *ties in product((True, False), repeat=len(first) + 1):
        bound = dict(zip(first.values(), ties, strict=True))
        binding = tuple(hours for number, hours in windows.items() if bound.get(like.get(number, -1), True))
        day = lawful(on, rules=binding, zones=None if zone_known else zones)
        yield Hours(zone_known, bound, day)


def _reach(rule: Rule) -> object:
    """This function will tell which rows a rule binds, in a form that is equal for rules that bind the same."""
    return frozenset(rule.channels), frozenset(rule.actors), rule.unless and rule.unless.consent, rule.applies


def _by_hours(
    rows: Table, *, hours: list[Hours], binds: Mapping[int, BooleanValue], numbered: bool
) -> dict[str, Value]:
    """This function will tell each row its hours; where all rows have the same, without looking at them.

    `numbered`: and which of the `hours` they are, as `mask_hours`. `mask_closed`: none are left by the rules.
    """
    starts, ends = ([_clock(item.window, end=end) for item in hours] for end in (False, True))
    if len(hours) == 1:
        number = {"mask_hours": literal(0)} if numbered else {}
        closed = literal(hours[0].window is None)
        return {"mask_from": starts[0], "mask_until": ends[0], "mask_closed": closed, **number}
    conditions = [
        _all_of(
            [rows.mask_zone_known == item.zone_known, *(binds[number] == tied for number, tied in item.bound.items())]
        )
        for item in hours
    ]
    return {
        "mask_from": ibis.cases(*zip(conditions, starts, strict=True)),
        "mask_until": ibis.cases(*zip(conditions, ends, strict=True)),
        "mask_closed": ibis.cases(*((told, item.window is None) for told, item in zip(conditions, hours, strict=True))),
        **({"mask_hours": ibis.cases(*((told, number) for number, told in enumerate(conditions)))} if numbered else {}),
    }


def _wishes(tables: Mapping[str, Table]) -> Table:
    if "wishes" in tables:
        return tables["wishes"]
    raise RulebookError(
        "the snapshot tells no wishes of customers, and a rule asks for them",
        place="wishes.parquet",
        cure="write the snapshot anew, or judge by the rulebooks of its day",
    )


def _all_of(conditions: list[BooleanValue]) -> BooleanValue:
    found: Any = literal(True)
    for condition in conditions:
        found = found & condition
    return found


def _clock(window: Window | None, *, end: bool) -> StringValue:
    return literal(None if window is None else clock(window.end if end else window.start), "string")


# ---- results ---------------------------------------------------------------------------------------------------------


def _results(spoken: Spoken, *, rules: Mapping[int, Rule], zones: tuple[str, ...]) -> dict[str, Value]:
    blocks = [number for number, rule in rules.items() if rule.enforcement == "block"]
    refused, rows = spoken.speaks(blocks), spoken.rows
    return {
        "allowed": ~refused,
        "refused_rules": _ids(spoken, rules=rules, level="block"),
        "warned_rules": _ids(spoken, rules=rules, level="warn"),
        "review_rules": _ids(spoken, rules=rules, level="review"),
        "window_from": rows.mask_from,
        "window_until": rows.mask_until,
        "window_zone": rows.mask_zone.fill_null(zones[0]) if zones else rows.mask_zone,
        "earliest_on": only_if(refused, _earliest(spoken, blocks=blocks)),
    }


def _ids(spoken: Spoken, *, rules: Mapping[int, Rule], level: Enforcement) -> StringValue:
    """This function will join the ids of the rules that speak on the row."""
    told = [number for number, rule in rules.items() if rule.enforcement == level]
    if not told:
        return literal("")
    names = [only_if(spoken.speaks([number]), literal(rules[number].id)) for number in told]
    # Many rows have nothing to say; the text is put together, without its nulls, only for the others.
    return ifelse(spoken.speaks(told), literal(";").join(names), "")


def _earliest(spoken: Spoken, *, blocks: list[int]) -> DateValue:
    """This function will take the latest end of all that refuses; null if one of them never ends."""
    never, nothing = literal(NEVER), literal(None, "date")
    until = {number: ends for number in blocks if (ends := spoken.until[number]) is not None}
    ends = [only_if(spoken.speaks([number]), end.fill_null(never)) for number, end in until.items()]
    endless = spoken.speaks([number for number in blocks if number not in until])
    return ifelse(endless, nothing, ibis.greatest(nothing, nothing, *ends).nullif(never))
