"""The written permission matrix: what each role can do, how much it sees, and the department it belongs to. Data."""

from __future__ import annotations

from collections.abc import Mapping

from dunwell.access.kinds import Capability as Can
from dunwell.access.kinds import DataClass, Department, Field, Masking, Role

# A role is held in one department only: so approvers of two departments are people of two departments.
DEPARTMENT_OF: Mapping[Role, Department] = {
    Role.COLLECTOR: Department.COLLECTIONS,
    Role.TEAM_LEAD: Department.COLLECTIONS,
    Role.MANAGER: Department.COLLECTIONS,
    Role.ANALYST: Department.ANALYTICS,
    Role.COMPLIANCE: Department.COMPLIANCE,
    Role.LEGAL: Department.LEGAL,
    Role.FINANCE: Department.FINANCE,
    Role.DATA_PROTECTION: Department.DATA_PROTECTION,
    Role.ADMINISTRATOR: Department.TECHNOLOGY,
    Role.AGENCY_USER: Department.AGENCY,
    Role.AUDITOR: Department.AUDIT,
}

_COLLECTOR = frozenset({Can.SEE_CUSTOMERS, Can.REVEAL_GENERAL, Can.CONTACT_CUSTOMERS, Can.AGREE_PLANS})
# How much somebody may approve stands in strategies/authority.yaml.
_APPROVES = frozenset({Can.APPROVE_WAIVERS, Can.HANDLE_COMPLAINTS})
_TEAM_LEAD = _COLLECTOR | _APPROVES | {Can.ASSIGN_WORK, Can.STOP_CONTACTS, Can.SEE_REPORTS}

CAPABILITIES: Mapping[Role, frozenset[Can]] = {
    Role.COLLECTOR: _COLLECTOR,
    Role.TEAM_LEAD: _TEAM_LEAD | {Can.RELEASE_RESTS},
    Role.MANAGER: _TEAM_LEAD
    | {Can.PLACE_CASES, Can.MAKE_PLANS, Can.SUBMIT_STRATEGY, Can.ASK_RIGHTS, Can.APPROVE_RIGHTS},
    Role.ANALYST: frozenset({Can.MAKE_PLANS, Can.SUBMIT_STRATEGY, Can.SEE_REPORTS}),
    Role.COMPLIANCE: frozenset(
        {
            *(
                Can.SEE_CUSTOMERS,
                Can.REVEAL_GENERAL,
                Can.REVIEW_CONTACTS,
                Can.STOP_CONTACTS,
                Can.RESUME_CONTACTS,
                Can.BLACKLIST,
            ),
            *(Can.APPROVE_STRATEGY, Can.APPROVE_RIGHTS, Can.SEE_REPORTS, Can.SEE_EVIDENCE),
            *(Can.HANDLE_COMPLAINTS, Can.RELEASE_RESTS),
        }
    ),
    Role.LEGAL: frozenset(
        {
            *(Can.HANDLE_COMPLAINTS, Can.RELEASE_RESTS),
            *(Can.SEE_CUSTOMERS, Can.REVEAL_GENERAL, Can.REVEAL_HIGH_RISK, Can.STOP_CONTACTS),
            *(Can.APPROVE_STRATEGY, Can.SEE_REPORTS, Can.SEE_EVIDENCE),
        }
    ),
    Role.FINANCE: frozenset({Can.SEE_CUSTOMERS, Can.APPROVE_WAIVERS, Can.DECIDE_DISPUTES, Can.SEE_REPORTS}),
    Role.DATA_PROTECTION: frozenset(
        {
            *(Can.SEE_CUSTOMERS, Can.REVEAL_GENERAL, Can.ERASE_PERSONS, Can.STOP_CONTACTS, Can.APPROVE_STRATEGY),
            *(Can.ASK_RIGHTS, Can.APPROVE_RIGHTS, Can.SEE_EVIDENCE),
        }
    ),
    # Runs the house and sees no customer.
    Role.ADMINISTRATOR: frozenset(
        {Can.IMPORT_DATA, Can.STOP_CONTACTS, Can.ASK_RIGHTS, Can.APPROVE_RIGHTS, Can.SEE_EVIDENCE}
    ),
    Role.AGENCY_USER: frozenset({Can.SEE_CUSTOMERS, Can.CONTACT_CUSTOMERS, Can.AGREE_PLANS}),
    # Reads and changes nothing.
    Role.AUDITOR: frozenset({Can.SEE_CUSTOMERS, Can.SEE_REPORTS, Can.SEE_EVIDENCE}),
}

CLASS_OF: Mapping[Field, DataClass] = {
    Field.AMOUNT: DataClass.OPERATIONAL,
    Field.NAME: DataClass.GENERAL,
    Field.PHONE: DataClass.GENERAL,
    Field.EMAIL: DataClass.GENERAL,
    Field.ACCOUNT_NAME: DataClass.GENERAL,
    Field.ADDRESS: DataClass.GENERAL,
    Field.IDENTITY: DataClass.HIGH_RISK,
    Field.BANK_CARD: DataClass.HIGH_RISK,
    # Nobody knows what a person was told: illness, family, a number.
    Field.NOTE: DataClass.HIGH_RISK,
}

# How much of the classes operational, general and high-risk a role is shown before it opens anything.
MASKING: Mapping[Role, Mapping[DataClass, Masking]] = {
    role: dict(zip(DataClass, levels, strict=True))
    for role, levels in {
        Role.COLLECTOR: (Masking.NONE, Masking.PARTIAL, Masking.FULL),
        Role.TEAM_LEAD: (Masking.NONE, Masking.PARTIAL, Masking.FULL),
        Role.MANAGER: (Masking.NONE, Masking.PARTIAL, Masking.FULL),
        Role.ANALYST: (Masking.NONE, Masking.FULL, Masking.FULL),
        Role.COMPLIANCE: (Masking.NONE, Masking.PARTIAL, Masking.FULL),
        Role.LEGAL: (Masking.NONE, Masking.NONE, Masking.PARTIAL),
        Role.FINANCE: (Masking.NONE, Masking.PARTIAL, Masking.FULL),
        Role.DATA_PROTECTION: (Masking.NONE, Masking.PARTIAL, Masking.FULL),
        Role.ADMINISTRATOR: (Masking.FULL, Masking.FULL, Masking.FULL),
        Role.AGENCY_USER: (Masking.NONE, Masking.PARTIAL, Masking.FULL),
        Role.AUDITOR: (Masking.NONE, Masking.PARTIAL, Masking.FULL),
    }.items()
}
