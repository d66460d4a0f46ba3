"""What all tests share: the same examples at every run, new ones under `make soak`; a master key of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from dunwell.vault import rules

# A run says the same of the same code, so that red means that the code has changed; what is yet unknown is searched
# for at length, with other examples every time.
settings.register_profile("suite", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("soak", max_examples=2_000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


@pytest.fixture(scope="session")
def own_master_key(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """This fixture will keep the tests away from the master key of the installation: one key for the whole run."""
    file = tmp_path_factory.mktemp("keys") / "master.key"
    file.write_text(rules.new_key().hex())
    file.chmod(0o600)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DUNWELL_MASTER_KEY_FILE", str(file))
        yield
