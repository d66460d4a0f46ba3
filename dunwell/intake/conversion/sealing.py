"""Personal data is sealed here, before any of it reaches the database: each value under its person's key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import pyarrow as pa

from dunwell.intake import rules
from dunwell.intake.conversion.converter import Converted, Facts, without
from dunwell.intake.mapping.recipe import Bound, Entry, Recipe
from dunwell.intake.refusals import Fault
from dunwell.vault import actions, keyring
from dunwell.vault import rules as vault

# What the raw text of a refused row is sealed as.
RAW = "quarantine"


@dataclass
class Sealer:
    """Seals the facts of one mapping."""

    recipe: Recipe
    at: datetime
    _lookup: bytes = field(init=False)

    def __post_init__(self) -> None:
        self._lookup = keyring.lookup_key()

    def subject(self, external_id: str, *, source: str = "") -> UUID:
        """This function will name the person behind an id."""
        return vault.subject_of(self._lookup, source=source or self.recipe.source, external_id=external_id)

    def seal(self, converted: Converted) -> Converted:
        """This function will seal what is personal; lines that tell personal things of an erased person are refused."""
        if not any(self._personal(facts) for facts in converted.facts):
            return converted
        known = self._subjects(converted.facts)
        keys = actions.ensure_keys(
            {subject for subjects in known.values() for subject in subjects if subject}, at=self.at
        )
        erased = {line: faults for facts in converted.facts for line, faults in self._erased(facts, known, keys)}
        kept = [Facts(facts.turn, without(facts.rows, lines=set(erased))) for facts in converted.facts]
        sealed = [self._sealed(facts, keys) for facts in kept if facts.rows.num_rows]
        return Converted(sealed, {**converted.faults, **erased})

    def _personal(self, facts: Facts) -> bool:
        target = self.recipe.entries[facts.turn].target
        return bool(target.sealed) or target.name == "party"

    def _owners(self, facts: Facts) -> list[UUID]:
        """This function will name, row by row, the person whose data it is."""
        entry = self.recipe.entries[facts.turn]
        name = entry.target.subject_field
        source = next((bound.source for bound in entry.fields if bound.field.name == name), "")
        ids = facts.rows[name].to_pylist()
        subjects = {each: self.subject(each, source=source) for each in set(ids)}
        return [subjects[each] for each in ids]

    def _secrets(self, facts: Facts) -> list[str]:
        """This function will list the sealed fields that the mapping fills."""
        return [
            each.name for each in self.recipe.entries[facts.turn].target.sealed if each.name in facts.rows.column_names
        ]

    def _subjects(self, told: Iterable[Facts]) -> dict[int, list[UUID | None]]:
        """This function will name, for entries with something to seal, the persons; None where a row has nothing."""
        found: dict[int, list[UUID | None]] = {}
        for facts in told:
            if secrets := self._secrets(facts):
                filled = zip(*(facts.rows[name].to_pylist() for name in secrets), strict=True)
                owners = zip(self._owners(facts), filled, strict=True)
                found[facts.turn] = [owner if any(cells) else None for owner, cells in owners]
        return found

    def _erased(
        self, facts: Facts, known: Mapping[int, Sequence[UUID | None]], keys: Mapping[UUID, bytes]
    ) -> list[tuple[int, list[Fault]]]:
        entry = self.recipe.entries[facts.turn]
        fault = Fault(entry.column_of(entry.target.subject_field), "erased-person")
        pairs = zip(facts.rows["line"].to_pylist(), known.get(facts.turn, ()), strict=False)
        return [(line, [fault]) for line, subject in pairs if subject is not None and subject not in keys]

    def _sealed(self, facts: Facts, keys: Mapping[UUID, bytes]) -> Facts:
        if not self._personal(facts):
            return facts
        rows, owners = facts.rows, self._owners(facts)
        if self.recipe.entries[facts.turn].target.name == "party":
            rows = rows.append_column("subject", pa.array([str(owner) for owner in owners]))
        for each in self.recipe.entries[facts.turn].target.sealed:
            if each.name in rows.column_names:
                rows = self._column(rows, name=each.name, secret=each.secret, owners=owners, keys=keys)
        return Facts(facts.turn, rows)

    def _column(
        self, rows: pa.Table, *, name: str, secret: str, owners: Sequence[UUID], keys: Mapping[UUID, bytes]
    ) -> pa.Table:
        """This function will put two columns in the place of a plain one: sealed, and the digest to find it by."""
        texts = rows[name].to_pylist()
        sealed = [
            None if text is None else _hex(vault.seal(keys[owner], subject=owner, field=secret, text=text))
            for text, owner in zip(texts, owners, strict=True)
        ]
        found_by = {text: _hex(vault.digest(self._lookup, field=secret, text=text)) for text in set(texts) - {None}}
        rows = rows.drop_columns([name]).append_column(f"{name}_sealed", pa.array(sealed, pa.string()))
        return rows.append_column(f"{name}_digest", pa.array([found_by.get(text) for text in texts], pa.string()))

    # ---- raw rows ---------------------------------------------------------------------------------------------------

    def named(self, cells: Mapping[str, str | None]) -> list[UUID]:
        """This function will name all persons that a raw row tells of, as far as their ids can be read."""
        read = {each.name: rules.read_cell(each, cell=cells.get(each.name))[0] for each in self.recipe.columns}
        values: dict[str, rules.Value] = {**dict.fromkeys(self.recipe.types()), **read}
        found = {
            self.subject(text, source=bound.source)
            for entry in self.recipe.entries
            for bound in _naming(entry)
            if (text := rules.written(rules.evaluate(bound.expression, values=values)))
        }
        return sorted(found)

    def own(self, batch_id: int) -> UUID:
        """This function will name the key for raw rows of a batch that name no person."""
        return vault.subject_of(self._lookup, source="dunwell/batch", external_id=str(batch_id))


def _naming(entry: Entry) -> list[Bound]:
    """This function will list the fields of an entry that hold a party's id."""
    own = entry.target.name == "party" or entry.target.version_of == "party"
    return [b for b in entry.fields if b.field.to == "party" or (own and b.field.name == "external_id")]


def _hex(sealed: bytes) -> str:
    return f"\\x{sealed.hex()}"


def wrapped(text: str, *, subjects: Sequence[UUID], keys: Mapping[UUID, bytes]) -> bytes:
    """This function will seal a raw row under the keys of all its persons, one around another: erasing any ends it."""
    sealed = b""
    for subject in subjects:
        sealed = vault.seal(keys[subject], subject=subject, field=RAW, text=sealed.hex() if sealed else text)
    return sealed


def unwrapped(sealed: bytes, *, subjects: Sequence[UUID], keys: Mapping[UUID, bytes]) -> str | None:
    """This function will open a raw row again; None where one of its persons was erased."""
    if not all(subject in keys for subject in subjects):
        return None
    text = ""
    for subject in reversed(subjects):
        text = vault.unseal(keys[subject], subject=subject, field=RAW, sealed=sealed)
        sealed = bytes.fromhex(text) if subject != subjects[0] else b""
    return text
