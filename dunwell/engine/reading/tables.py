"""Decision table elements become DecisionTable values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import get_args
from xml.etree.ElementTree import Element  # a type only: document.py parses

from dunwell.engine.model import (
    Aggregation,
    Annotations,
    AnyOf,
    Cell,
    Compare,
    Constant,
    DecisionTable,
    Expression,
    HitPolicy,
    InputClause,
    Name,
    Not,
    OutputClause,
    Place,
    Rule,
    Type,
    Value,
)
from dunwell.engine.reading import items, lexer, sfeel
from dunwell.engine.reading.items import ItemTypes
from dunwell.engine.reading.sfeel import Scope
from dunwell.engine.types import NUMERIC, ORDERED, agree, common, settled, type_of

RULES_MAX = 2000
HIT_POLICIES: tuple[HitPolicy, ...] = get_args(HitPolicy)
AGGREGATIONS: tuple[Aggregation, ...] = get_args(Aggregation)
LISTS = ("RULE ORDER", "OUTPUT ORDER", "COLLECT")
ORDERED_BY_VALUE = ("PRIORITY", "OUTPUT ORDER")
NULL = Constant(None)


@dataclass(frozen=True, slots=True)
class Reader:
    """What a table is read with: the names it may use, the file's types, the decision's own typeRef, its place."""

    scope: Scope
    types: ItemTypes
    type_ref: str | None
    place: Place

    def table(self, element: Element) -> DecisionTable:
        """This function will read a whole table, or refuse it."""
        policy, aggregation = self.hit_policy(element)
        inputs = tuple(self.input(column, number) for number, column in enumerate(element.findall("input"), 1))
        names = self.output_names(element)
        rules = self.rules(element, inputs, names)
        columns = element.findall("output")
        outputs = tuple(
            self.output(column, name, [rule.outputs[index] for rule in rules], policy, aggregation)
            for index, (column, name) in enumerate(zip(columns, names, strict=True))
        )
        table = DecisionTable(policy, inputs, outputs, rules, aggregation)
        self.refuse_unfit(table)
        return table

    def hit_policy(self, element: Element) -> tuple[HitPolicy, Aggregation | None]:
        policy, aggregation = element.get("hitPolicy", "UNIQUE"), element.get("aggregation")
        if policy not in HIT_POLICIES:
            raise self.place.refuse(f"hit policy {policy} is not known", cure=f"use one of: {', '.join(HIT_POLICIES)}")
        if aggregation and policy != "COLLECT":
            raise self.place.refuse(f"{policy} with aggregation {aggregation}", cure="use COLLECT, or no aggregation")
        if aggregation and aggregation not in AGGREGATIONS:
            cure = f"use one of: {', '.join(AGGREGATIONS)}"
            raise self.place.refuse(f"aggregation {aggregation} is not known", cure=cure)
        return policy, aggregation or None

    def refuse_unfit(self, table: DecisionTable) -> None:
        """This function will refuse outputs that the hit policy cannot put in order, compare or add up."""
        if table.aggregation:
            self.refuse_unaggregated(table, table.aggregation)
        if table.hit_policy in ORDERED_BY_VALUE and not any(clause.values for clause in table.outputs):
            cure = "list the allowed values of an output, the most important first"
            raise self.place.refuse(f"{table.hit_policy} without output values", cure=cure)
        if table.hit_policy not in (*ORDERED_BY_VALUE, "ANY"):
            return
        for number, rule in enumerate(table.rules, 1):
            for clause, entry in zip(table.outputs, rule.outputs, strict=True):
                if isinstance(entry, Constant) and (not clause.values or entry.value is not None):
                    continue
                if isinstance(entry, Constant) and table.hit_policy == "ANY":
                    continue
                here = replace(self.place, rule=str(number), column=clause.name)
                message = f"{table.hit_policy} cannot compare what is no literal of the list"
                raise here.refuse(message, cure="write one of the allowed values, or use FIRST")

    def refuse_unaggregated(self, table: DecisionTable, aggregation: Aggregation) -> None:
        if len(table.outputs) != 1:
            cure = "give it one, or use COLLECT without aggregation"
            raise self.place.refuse(f"{aggregation} of {len(table.outputs)} outputs", cure=cure)
        kind = table.outputs[0].type
        if (aggregation == "SUM" and kind not in NUMERIC) or kind not in ORDERED:
            here = replace(self.place, column=table.outputs[0].name)
            raise here.refuse(f"{aggregation} of a {kind}", cure="give numbers, or use another aggregation")

    # Columns

    def input(self, element: Element, number: int) -> InputClause:
        text = (element.findtext("inputExpression/text") or "").strip()
        place = replace(self.place, column=element.get("label") or text or str(number))
        expression = sfeel.parse_expression(text, scope=self.scope, place=place)
        inner = element.find("inputExpression")
        declared = self.types.base(inner.get("typeRef") if inner is not None else None, place)
        kind = settled(type_of(expression), declared, place)
        domain = self.domain(element.find("inputValues"), kind, place) or self.known_domain(expression)
        return InputClause(place.column, expression, kind, domain)

    def known_domain(self, expression: Expression) -> AnyOf | None:
        """This function will return what the fact itself can be, where the column does not say."""
        return self.scope.domains.get(expression.key) if isinstance(expression, Name) else None

    def output_names(self, element: Element) -> Sequence[str]:
        """This function will name the outputs; a single one without a name goes by the decision's."""
        columns = element.findall("output")
        names = [column.get("name", "") for column in columns]
        if names == [""]:
            return [self.place.decision]
        if not names or len(set(names)) < len(names):
            raise self.place.refuse("its outputs are not told apart by name", cure="give each output its own name")
        for name in names:
            lexer.check_name(name, "an output", self.place)
        return names

    def output(
        self,
        element: Element,
        name: str,
        entries: list[Expression],
        policy: HitPolicy,
        aggregation: Aggregation | None,
    ) -> OutputClause:
        place = replace(self.place, column=name)
        default = self.default(element, place)
        if aggregation == "COUNT":
            # What is counted may be anything; what comes out is a number.
            return OutputClause(name, settled(type_of(default), "number", place), default, ())
        found = self.type_of_entries([*entries, default], place)
        many = policy in LISTS and aggregation is None
        kind = settled(found, self.declared(element, place, many=many), place)
        values = self.values(element.find("outputValues"), kind, place)
        if not values and policy in ORDERED_BY_VALUE:
            values = self.values_of_type(element, kind, place)
        for number, entry in enumerate([*entries, default], 1):
            rule = str(number) if number <= len(entries) else ""
            _refuse_unlisted(entry, values, replace(place, rule=rule))
        return OutputClause(name, kind, default, values)

    def declared(self, element: Element, place: Place, *, many: bool) -> Type | None:
        own = self.types.base(element.get("typeRef"), place)
        of_decision = self.types.of_output(self.type_ref, element.get("name", ""), place, many=many)
        if not agree(own, of_decision):
            message = f"it is declared as {own}, by its decision as {of_decision}"
            raise place.refuse(message, cure="change one of the two")
        return own or of_decision

    def default(self, element: Element, place: Place) -> Expression:
        entry = element.find("defaultOutputEntry")
        if entry is None:
            return NULL
        return sfeel.parse_expression(entry.findtext("text") or "", scope=self.scope, place=place)

    def type_of_entries(self, entries: Sequence[Expression], place: Place) -> Type | None:
        found: Type | None = None
        for entry in entries:
            kind = type_of(entry)
            if not agree(found, kind):
                raise place.refuse(f"some rules give a {found}, others a {kind}", cure="give one type in all rules")
            found = common(found, kind)
        return found

    def domain(self, element: Element | None, kind: Type, place: Place) -> AnyOf | None:
        """This function will read what a column can be, None where the author does not say."""
        return items.domain(element, kind, place)

    def values(self, element: Element | None, kind: Type, place: Place) -> tuple[Value, ...]:
        """This function will read a list of allowed outputs, empty where the author gives none."""
        domain = self.domain(element, kind, place)
        values = InputClause("", NULL, kind, domain).values
        if domain and not values:
            raise place.refuse("allowed outputs must be literals", cure='list them: "A", "B"')
        return values

    def values_of_type(self, element: Element, kind: Type, place: Place) -> tuple[Value, ...]:
        """This function will read the list that the output's type allows, where the table itself lists nothing."""
        name = element.get("name", "")
        own = self.types.allowed_of_output(element.get("typeRef"), name, kind, place)
        domain = own or self.types.allowed_of_output(self.type_ref, name, kind, place)
        return InputClause("", NULL, kind, domain).values

    # Rows

    def rules(self, element: Element, inputs: tuple[InputClause, ...], outputs: Sequence[str]) -> tuple[Rule, ...]:
        rows = element.findall("rule")
        if not 0 < len(rows) <= RULES_MAX:
            raise self.place.refuse(f"the table has {len(rows)} rules", cure=f"write 1 to {RULES_MAX} of them")
        rules = tuple(self.rule(row, number, inputs, outputs) for number, row in enumerate(rows, 1))
        if len({rule.id for rule in rules}) < len(rules):
            twice, _ = Counter(rule.id for rule in rules).most_common(1)[0]
            raise self.place.refuse(f"two rules have the id '{twice}'", cure="give each rule its own")
        return rules

    def rule(self, element: Element, number: int, inputs: tuple[InputClause, ...], outputs: Sequence[str]) -> Rule:
        place = replace(self.place, rule=str(number))
        # Decisions are recorded by the id of the rule; `dunwell strategy format` writes the one that is missing.
        key = element.get("id") or f"{self.place.decision}_rule_{number}"
        tests, results = element.findall("inputEntry"), element.findall("outputEntry")
        if (len(tests), len(results)) != (len(inputs), len(outputs)):
            found = f"{len(tests)} input and {len(results)} output entries"
            raise place.refuse(found, cure=f"write {len(inputs)} and {len(outputs)}, as the table has columns")
        return Rule(
            key,
            tuple(self.cell(entry, clause, place) for entry, clause in zip(tests, inputs, strict=True)),
            tuple(self.result(entry, name, place) for entry, name in zip(results, outputs, strict=True)),
            _annotations(element),
        )

    def cell(self, element: Element, clause: InputClause, place: Place) -> Cell:
        place = replace(place, column=clause.label)
        cell = sfeel.parse_cell(element.findtext("text") or "", of=clause.type, scope=self.scope, place=place)
        listed = cell.test.test if isinstance(cell.test, Not) else cell.test
        if isinstance(listed, AnyOf):
            for test in listed.tests:
                if isinstance(test, Compare) and test.comparison in ("=", "!="):
                    _refuse_unlisted(test.operand, clause.values, place)
                elif isinstance(cell.test, Not) and clause.nullable:
                    message = (
                        f"«{cell.text}» on a column that may be null: null would not match, nor would its opposite"
                    )
                    cure = "write the values that are meant (<1, >5), or list the column's allowed values without null"
                    raise place.refuse(message, cure=cure)
        return cell

    def result(self, element: Element, name: str, place: Place) -> Expression:
        place = replace(place, column=name)
        return sfeel.parse_expression(element.findtext("text") or "", scope=self.scope, place=place)


def _annotations(element: Element) -> Annotations:
    """This function will take the first annotation column as English, the second as Chinese."""
    columns = [(entry.findtext("text") or "").strip() for entry in element.findall("annotationEntry")]
    english, chinese = (*columns, "", "")[:2]
    return Annotations(english or (element.findtext("description") or "").strip(), chinese)


def _refuse_unlisted(entry: Expression, values: tuple[Value, ...], place: Place) -> None:
    """This function will refuse a literal that its column does not allow: most often a slip of the pen."""
    if isinstance(entry, Constant) and entry.value is not None and values and entry.value not in values:
        allowed = ", ".join(str(value) for value in values)
        raise place.refuse(f"{entry.value} is not among the allowed values", cure=f"use one of: {allowed}")
