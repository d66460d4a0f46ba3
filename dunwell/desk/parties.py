"""From the plan's names of customers to the ids of the ledger, which alone stand in addresses."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from dunwell.ledger.models import Party


def party_ids(customers: Iterable[str]) -> dict[str, int]:
    """This function will find the parties of a page's customers, `SOURCE/EXTERNAL_ID`, in one statement."""
    wanted = set(customers)
    sources: dict[str, list[str]] = {}
    for customer in wanted:
        source, _, external_id = customer.partition("/")
        sources.setdefault(source, []).append(external_id)
    if not sources:
        return {}
    every = Q()
    for source, ids in sources.items():
        every |= Q(source=source, external_id__in=ids)
    return {
        f"{source}/{name}": pk
        for pk, source, name in Party.objects.filter(every).values_list("pk", "source", "external_id")
    }


def names_of(parties: Iterable[int]) -> dict[int, str]:
    """This function will give what parties are called in the plan, `SOURCE/EXTERNAL_ID`."""
    found = Party.objects.filter(pk__in=list(parties)).values_list("pk", "source", "external_id")
    return {pk: f"{source}/{name}" for pk, source, name in found}
