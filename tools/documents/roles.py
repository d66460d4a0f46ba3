"""The page of roles: what each can do and sees, who approves what, why access is refused; from the matrix itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from dunwell.access.four_eyes import OPEN_FOR, STRATEGY_ROLES, approving_departments
from dunwell.access.kinds import Capability, DataClass, Field, Masking, RequestKind, Role, Worded
from dunwell.access.matrix import CAPABILITIES, CLASS_OF, DEPARTMENT_OF, MASKING
from dunwell.access.objections import words
from dunwell.access.rules import mask

ROLES_PAGE = "docs/reference/roles.md"
HEAD = """# Roles 角色

Who may see or approve what. Written from the permission matrix, `dunwell/access/matrix.py`, by
`python tools/docs_check.py --write`. A role is held in one department; a role with a scope (region, team, portfolio,
agency) opens only what is known to lie inside it, and rights and strategies are decided by roles for the whole house.

本页由权限矩阵自动生成。每个角色只属于一个部门；带范围的角色只对确知属于该范围的对象有效；权限与策略只能由全公司范围的角色审批。
"""
# Invented values, one for each field that is masked.
SAMPLES = {
    Field.NAME: "张伟",
    Field.PHONE: "+86 138 0013 8000",
    Field.EMAIL: "zhang.wei@example.com",
    Field.ACCOUNT_NAME: "weixin-zw",
    Field.ADDRESS: "广东省深圳市某路1号",
    Field.IDENTITY: "11010119900307123X",
    Field.BANK_CARD: "6222 0000 0000 1234",
    Field.NOTE: "…",
}


def roles_page() -> str:
    """This function will write the page."""
    return "\n".join([HEAD, _roles(), _capabilities(), _masking(), _approvals(), _refusals()])


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def _both(member: Worded) -> str:
    return f"{member.en} {member.zh}"


def _roles() -> str:
    rows = [(f"`{role}`", role.en, role.zh, _both(DEPARTMENT_OF[role])) for role in Role]
    return (
        f"## The roles and their departments 角色与部门\n\n{_table(('role', 'in English', '中文', 'department'), rows)}"
    )


def _capabilities() -> str:
    head = ("capability", "in English", "中文", *(f"`{role}`" for role in Role))
    rows = [
        (f"`{one}`", one.en, one.zh, *("✓" if one in CAPABILITIES[role] else "" for role in Role)) for one in Capability
    ]
    return f"## What a role can do 角色权限\n\n{_table(head, rows)}"


def _masking() -> str:
    levels = [(f"`{role}`", *(_both(MASKING[role][data_class]) for data_class in DataClass)) for role in Role]
    parts = [
        (_both(field), _both(CLASS_OF[field]), text, mask(text, field=field, masking=Masking.PARTIAL))
        for field, text in SAMPLES.items()
    ]
    return (
        "## How much a role sees 遮蔽级别\n\n"
        f"{_table(('role', *(_both(data_class) for data_class in DataClass)), levels)}\n"
        "What is hidden is opened one value at a time, for a reason from a list, and the evidence names who did it.\n\n"
        f"{_table(('field', 'class', 'value', 'partly hidden'), parts)}"
    )


def _approvals() -> str:
    sides = ", ".join(_both(department) for department in approving_departments())
    roles = ", ".join(_both(role) for role in STRATEGY_ROLES)
    rows = [
        (
            f"`{kind}`",
            kind.en,
            kind.zh,
            f"one each of 各一人: {roles}" if kind is RequestKind.STRATEGY else f"two of 其中两个部门: {sides}",
            f"{OPEN_FOR[kind].days} days 天",
        )
        for kind in RequestKind
    ]
    return (
        "## Four eyes 四眼原则\n\nNobody decides what he asked for or what is about himself; nobody decides twice; one "
        "refusal ends a request.\n本人不得审批自己的申请或涉及自己的申请；每人只表决一次；一票否决。\n\n"
        f"{_table(('request', 'in English', '中文', 'approved by', 'open for'), rows)}"
    )


def _refusals() -> str:
    rows = [(f"`{rule}`", _plain(en), _plain(zh)) for rule, (en, zh, _cure_en, _cure_zh) in words().items()]
    return f"## Refusals 拒绝原因\n\n{_table(('rule', 'in English', '中文'), rows)}"


def _plain(text: str) -> str:
    """This function will write what is filled in as dots."""
    return re.sub(r"{\w+(?:!r)?}", "…", text)
