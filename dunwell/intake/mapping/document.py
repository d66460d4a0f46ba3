"""A mapping file as people write it (docs/how-to/add-a-source.md tells every part of it)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, field_validator, model_validator

from dunwell.intake.mapping.columns import AnyColumn, Strict
from dunwell.ledger.kinds import SourceKind

EXPRESSIONS = ("const", "column", "template", "sum", "share", "negate", "least", "greatest")
CONDITIONS = ("above", "below", "equals", "not_equals", "present")
FORMATS = ("csv", "tsv", "xlsx", "parquet", "jsonl", "sql")


class Words(Strict):
    """One text in both languages."""

    en: str
    zh: str


class Format(Strict):
    """How the source is read; what is left out follows from the file's ending."""

    type: Literal["csv", "tsv", "xlsx", "parquet", "jsonl", "sql"] | None = None
    encoding: Literal["utf-8", "gb18030"] = "utf-8"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    sheet: str | None = None
    table: str | None = None
    query: str | None = None

    @model_validator(mode="after")
    def _one_of_table_and_query(self) -> Format:
        if self.table and self.query:
            raise ValueError("give table or query, not both")
        return self


def _source(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name):
        raise ValueError("small letters, digits and _ only, beginning with a letter")
    return name


Name = Annotated[str, AfterValidator(_source)]


def _which(value: Any) -> str | None:
    """This function will tell which expression is written, by its key."""
    keys = set(value) if isinstance(value, dict) else set(type(value).model_fields)
    return next((key for key in EXPRESSIONS if key in keys), None)


class _Told(Strict):
    # Another source whose ids a reference uses.
    source: Name | None = None


class Const(_Told):
    const: str


class FromColumn(_Told):
    column: str
    shift_days: int = 0


class Template(_Told):
    template: str


class Sum(Strict):
    sum: Annotated[list[Amount], Field(min_length=1)]


class Share(Strict):
    share: tuple[Amount, Decimal]
    places: Annotated[int, Field(ge=0, le=3)] = 2


class Negate(Strict):
    negate: Amount


class Least(Strict):
    least: Annotated[list[Amount], Field(min_length=2)]


class Greatest(Strict):
    greatest: Annotated[list[Amount], Field(min_length=2)]


Expression = Annotated[
    Annotated[Const, Tag("const")]
    | Annotated[FromColumn, Tag("column")]
    | Annotated[Template, Tag("template")]
    | Annotated[Sum, Tag("sum")]
    | Annotated[Share, Tag("share")]
    | Annotated[Negate, Tag("negate")]
    | Annotated[Least, Tag("least")]
    | Annotated[Greatest, Tag("greatest")],
    Discriminator(
        _which,
        custom_error_type="expression",
        custom_error_message=f"not an expression; write one of {', '.join(EXPRESSIONS)}",
    ),
]


def _is_name(value: Any) -> str:
    return "name" if isinstance(value, str) else "expression"


# Inside arithmetic a bare name is a column, and "-NAME" is what is taken away.
Amount = Annotated[Annotated[str, Tag("name")] | Annotated[Expression, Tag("expression")], Discriminator(_is_name)]


class When(Strict):
    """One condition on a column."""

    column: str
    above: str | None = None
    below: str | None = None
    equals: str | None = None
    not_equals: str | None = None
    present: bool | None = None

    @model_validator(mode="after")
    def _one_test(self) -> When:
        if len(self.model_fields_set - {"column"}) != 1:
            raise ValueError(f"give exactly one of {', '.join(CONDITIONS)}")
        return self

    @property
    def test(self) -> tuple[str, str]:
        """Which test, and the value it compares with."""
        name = next(iter(self.model_fields_set - {"column"}))
        return name, str(getattr(self, name)).lower() if name == "present" else str(getattr(self, name))


class Entry(Strict):
    """One sort of fact that a row becomes."""

    target: str
    when: list[When] = Field(default_factory=list)
    fields: Annotated[dict[str, Expression], Field(min_length=1)]

    @field_validator("when", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        return [value] if isinstance(value, dict) else value


class Document(Strict):
    """A whole mapping file, its `each` already written out."""

    name: Name
    source: Name
    kind: SourceKind
    about: Words
    format: Format = Field(default_factory=Format)
    columns: Annotated[dict[str, AnyColumn], Field(min_length=1)]
    derived: dict[str, Expression] = Field(default_factory=dict)
    facts: Annotated[list[Entry], Field(min_length=1)]
