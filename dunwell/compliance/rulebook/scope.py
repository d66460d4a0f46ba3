"""Whom a rulebook binds: the customers of a place, of a line of product, of a creditor, or, without a scope, everybody.

Where nobody knows where a customer is, a rulebook binds him if he may be in its place: first his region tells it, as
far as it goes; else his time zone; else the zones of the zone set, in which a customer without a zone may be; and
without a zone set he may be anywhere. So nobody escapes a rulebook for want of data, and a house that takes such
customers to be in China is not bound by the rulebooks of other places.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated, Self

from ibis import Table, ifelse, literal
from ibis.expr.types import BooleanValue, StringValue
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from dunwell.compliance.kinds.kind import Name, distinct, one_of
from dunwell.compliance.kinds.question import Question
from dunwell.compliance.kinds.windows import zone_names
from dunwell.ledger.kinds import ProductLine

# ISO 3166: a country, then ever smaller places. Anything else that stands for a region says nothing here.
REGION = r"^[A-Z]{2}(-[A-Z0-9]{1,5})*$"
Region = Annotated[str, Field(pattern=REGION)]
ProductName = Annotated[str, one_of(ProductLine.values, what="line of product")]


@cache
def zones_like(pattern: str) -> frozenset[str]:
    """This function will find the IANA zones of a name, or of all that begin with what stands before a `*`."""
    if pattern.endswith("*"):
        return frozenset(name for name in zone_names() if name.startswith(pattern[:-1]))
    return frozenset({pattern}) & zone_names()


def _known_zones(pattern: str) -> str:
    if not zones_like(pattern):
        raise ValueError(f"{pattern!r} is not a time zone of the IANA list, nor the beginning of some before a *")
    return pattern


Zone = Annotated[str, AfterValidator(_known_zones)]


class Scope(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    regions: Annotated[tuple[Region, ...], AfterValidator(distinct)] = ()
    zones: Annotated[tuple[Zone, ...], AfterValidator(distinct)] = ()
    product_lines: Annotated[tuple[ProductName, ...], AfterValidator(distinct)] = ()
    creditors: Annotated[tuple[Name, ...], AfterValidator(distinct)] = ()

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if bool(self.regions) != bool(self.zones):
            raise ValueError("regions and zones go together: a customer without a region is placed by his time zone")
        if not self.regions and not self.product_lines and not self.creditors:
            raise ValueError(
                "it names nobody: give regions with zones, product_lines or creditors, or leave applies out"
            )
        return self

    @property
    def _zones(self) -> frozenset[str]:
        return frozenset(name for pattern in self.zones for name in zones_like(pattern))

    def nobody_knows(self, zones: tuple[str, ...]) -> bool:
        """This function will tell whether a customer of whom nothing is known may be here: by the zone set, if any."""
        return not self.regions or not zones or not self._zones.isdisjoint(zones)

    # ---- one customer ------------------------------------------------------------------------------------------------

    def binds(self, question: Question) -> bool:
        product = question.customer.product_line
        by_product = not self.product_lines or product is None or product in self.product_lines
        creditor = question.candidate.creditor
        by_creditor = not self.creditors or creditor is None or creditor in self.creditors
        return by_product and by_creditor and (not self.regions or self._here(question))

    def _here(self, question: Question) -> bool:
        region = question.customer.region
        if region is not None and re.match(REGION, region):
            return any(_within(region, place) or _within(place, region) for place in self.regions)
        if question.zone is not None:
            return question.zone.key in self._zones
        return self.nobody_knows(question.zones)

    # ---- a table -----------------------------------------------------------------------------------------------------

    def portrait_columns(self) -> tuple[str, ...]:
        return (("region",) if self.regions else ()) + (("product_line",) if self.product_lines else ())

    def column(self, persons: Table, *, zones: tuple[str, ...]) -> BooleanValue:
        """This function will say the same of every person; `mask_zone` is his time zone, null if unknown."""
        found = literal(True)
        if self.product_lines:
            product = persons.mask_of_product_line
            found = found & (product.isnull() | product.isin(self.product_lines))
        if self.regions:
            found = found & self._here_column(persons, zones=zones)
        return found

    def for_creditor(self, creditor: StringValue) -> BooleanValue:
        """This function will tell which contacts are for a creditor it names; one for nobody knows whom is bound."""
        return creditor.isin(self.creditors).fill_null(True) if self.creditors else literal(True)

    def _here_column(self, persons: Table, *, zones: tuple[str, ...]) -> BooleanValue:
        region, zone = persons.mask_of_region, persons.mask_zone
        told = region.re_search(REGION).fill_null(False)
        wider = {
            "-".join(place.split("-")[:parts]) for place in self.regions for parts in range(1, place.count("-") + 2)
        }
        here = region.isin(sorted(wider))
        for place in self.regions:
            here = here | region.startswith(f"{place}-")
        by_zone = ifelse(zone.isnull(), literal(self.nobody_knows(zones)), zone.isin(sorted(self._zones)))
        return ifelse(told, here, by_zone)


def _within(place: str, wider: str) -> bool:
    return place == wider or place.startswith(f"{wider}-")
