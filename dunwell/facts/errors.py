"""Errors meant for people: what is wrong, where, and what to do about it."""


class DunwellError(Exception):
    """A fault that the user can mend: shown without a traceback."""

    def __init__(self, message: str, *, place: str = "", cure: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.cure = cure

    def __str__(self) -> str:
        """This text will read: place: message, then the cure on the same line."""
        head = f"{self.place}: {self.message}" if self.place else self.message
        return f"{head} -> {self.cure}" if self.cure else head
