"""The door of commands: how do I reach it from a terminal."""
