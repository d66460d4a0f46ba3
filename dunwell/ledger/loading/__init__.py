"""The statements that load and verify facts, built from the declared targets."""
