"""A pack of strategies, as the commands know it: its files, and what is said of one that nobody has approved."""

from __future__ import annotations

from pathlib import Path

from dunwell.facts.errors import DunwellError

DRAFT = {
    "en": "a draft: nothing of it may be sent until compliance, legal and data protection approve it",
    "zh": "草案：在合规、法务、数据保护三方同意之前，不得据此发送任何内容",
}


def dmn_files(path: Path) -> list[Path]:
    """This function will list the DMN files that a path means, or refuse a path without one."""
    if path.is_file():
        return [path]
    hidden = (
        file for file in path.rglob("*.dmn") if not any(part.startswith(".") for part in file.relative_to(path).parts)
    )
    if found := sorted(hidden):
        return found
    raise DunwellError("there is no DMN file", place=str(path), cure="name a .dmn file, or a folder that holds one")
