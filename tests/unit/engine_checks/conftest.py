"""Lets the tests of this folder import the builder beside them, as those of the engine import theirs."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
