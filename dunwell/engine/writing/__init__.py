"""DMN files written down in one canonical form, so that one changed cell is one changed line."""
