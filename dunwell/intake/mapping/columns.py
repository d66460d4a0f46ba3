"""What a mapping says of each column of the source."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from dunwell.intake.mapping.patterns import DIRECTIVES
from dunwell.intake.mapping.recipe import READ_PLACES, Column

TRUE_WORDS = ("true", "True", "TRUE", "t", "1", "yes", "Yes", "YES", "Y", "y", "是", "有")
FALSE_WORDS = ("false", "False", "FALSE", "f", "0", "no", "No", "NO", "N", "n", "否", "无")


class Strict(BaseModel):
    """Keys that are not declared are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _date_form(form: str) -> str:
    unknown = sorted(set(re.findall(r"%.?", form)) - set(DIRECTIVES))
    if unknown:
        raise ValueError(f"{', '.join(unknown)} is not read here; use {' '.join(DIRECTIVES)}")
    parts = re.findall(r"%.", form)
    if len({"%Y", "%y"} & set(parts)) != 1 or len({"%m", "%b"} & set(parts)) != 1 or "%d" not in parts:
        raise ValueError(f"{form!r} does not give year (%Y or %y), month (%m or %b) and day (%d), each once")
    if len(parts) != len(set(parts)):
        raise ValueError(f"{form!r} gives something twice")
    if re.search(r"%Y\W?%d", form):
        raise ValueError("a date that begins with the year goes on with the month: %Y-%m-%d")
    return form


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is not a time zone; write one such as Asia/Shanghai")
    return name


def _unit(unit: Decimal) -> Decimal:
    if unit <= 0 or unit > 1_000_000 or unit != round(unit, READ_PLACES):
        raise ValueError(f"a unit is above 0, at most 1000000, with at most {READ_PLACES} places")
    return unit


Form = Annotated[str, AfterValidator(_date_form)]


class _Column(Strict):
    required: bool = False


class Text(_Column):
    type: Literal["text"]
    values: dict[str, str] = Field(default_factory=dict)
    otherwise: Literal["refuse", "keep", "null"] = "refuse"


class Date(_Column):
    type: Literal["date"]
    formats: tuple[Form, ...] = ("%Y-%m-%d",)


class Time(_Column):
    type: Literal["time"]
    formats: tuple[Form, ...] = ("%Y-%m-%d %H:%M:%S",)
    zone: Annotated[str, AfterValidator(_zone)] = "UTC"


class Money(_Column):
    type: Literal["money"]
    unit: Annotated[Decimal, AfterValidator(_unit)] = Decimal(1)
    round_to: Annotated[int, Field(ge=0, le=3)] | None = None
    at_most: Annotated[Decimal, Field(gt=0)] | None = None


class Integer(_Column):
    type: Literal["integer"]


class Number(_Column):
    type: Literal["number"]


class Bool(_Column):
    type: Literal["bool"]
    values: dict[str, bool] = Field(
        default_factory=lambda: {**dict.fromkeys(TRUE_WORDS, True), **dict.fromkeys(FALSE_WORDS, False)}
    )


AnyColumn = Annotated[Text | Date | Time | Money | Integer | Number | Bool, Field(discriminator="type")]


def declared(name: str, column: AnyColumn) -> Column:
    """This function will turn what the mapping says of a column into the recipe's own form."""
    told = column.model_dump(exclude_unset=False)
    values = tuple(
        (word, str(meaning).lower() if column.type == "bool" else meaning)
        for word, meaning in told.pop("values", {}).items()
    )
    return Column(name=name, values=values, **told)
