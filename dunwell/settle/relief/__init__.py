"""Relief: waiver and settlement, by whom they may be given, and what has come of them."""
