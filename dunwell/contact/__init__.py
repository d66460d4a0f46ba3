"""Contact: doing it: a permit first, then the channel, then what came of it."""
