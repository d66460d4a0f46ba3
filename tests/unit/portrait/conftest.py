"""The tests of the portrait share snapshots made by hand: portrait_tables.py, beside this file."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
