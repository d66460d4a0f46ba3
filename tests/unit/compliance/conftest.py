"""The tests of compliance share made-up customers: compliance_population.py, beside this file."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
