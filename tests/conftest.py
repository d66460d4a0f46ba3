"""What all tests share: the same examples at every run, new ones under `make soak`."""

from __future__ import annotations

import os

from hypothesis import settings

# A run says the same of the same code, so that red means that the code has changed; what is yet unknown is searched
# for at length, with other examples every time.
settings.register_profile("suite", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("soak", max_examples=2_000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))
