"""Decision tables: one frozen model, two engines."""
