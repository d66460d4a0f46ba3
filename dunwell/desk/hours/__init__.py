"""Hours: when customers were reached, by hour, weekday and channel, in their own time."""
