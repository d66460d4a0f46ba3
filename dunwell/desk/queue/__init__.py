"""The queue: whom to call next, and nobody twice."""
