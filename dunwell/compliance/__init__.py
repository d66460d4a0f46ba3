"""May we: dated rulebooks and the mask that refuses aloud."""
