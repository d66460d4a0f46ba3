"""The proof of a debt: its lines add up to what is said to be owed, and each names where it comes from."""

from __future__ import annotations

import re
from decimal import Decimal

from django.urls import reverse

from dunwell.access.kinds import Role
from dunwell.cli.demo_staff import CODES
from dunwell.ledger.models import Batch, Party
from dunwell.portrait import queries
from tests.web.desk.conftest import NOON, House

ON = NOON.date()


def test_of_everybody_the_lines_add_up_to_what_is_owed(house: House) -> None:
    parties = list(Party.objects.order_by("id").values_list("pk", flat=True)[:80])
    overdue = 0
    for party in parties:
        positions = {row.account.pk: row for row in queries.owed(party, on=ON)}
        for told in queries.statements(party, on=ON):
            left = sum((open_sum for _charge, open_sum in told.charges), Decimal(0))
            assert left == positions[told.account.pk].outstanding
            late = [open_sum for charge, open_sum in told.charges if charge.due_on < ON]
            assert sum(late, Decimal(0)) == told.position.overdue
            overdue += bool(told.position.overdue)
    assert overdue > 20


def test_the_page_names_the_contract_the_bills_and_their_sources(house: House, party: int) -> None:
    url = reverse("proof", kwargs={"party": party})
    page = house.client(CODES[Role.COLLECTOR]).get(url).content.decode()
    told = queries.statements(party, on=ON)
    for one in told:
        assert one.account.external_id in page
        opened = [charge for charge, left in one.charges if left]
        for charge in opened:
            assert bytes(charge.content_digest).hex()[:12] in page
    batch = Batch.objects.get(pk=told[0].account.batch_id)
    assert batch.origin_digest in page
    assert re.search(r"\[1\]", page)


def test_the_name_is_masked_for_who_may_not_see_it(house: House, party: int) -> None:
    url = reverse("proof", kwargs={"party": party})
    page = house.client(CODES[Role.FINANCE], language="zh-hans").get(url).content.decode()
    assert "债务证明" in page
    assert re.search(r'<p class="sub">\S\*', page)


def test_it_takes_few_statements(house: House, party: int, statements: list[str]) -> None:
    client = house.client(CODES[Role.COLLECTOR])
    statements.clear()
    client.get(reverse("proof", kwargs={"party": party}))
    assert len(statements) <= 25
