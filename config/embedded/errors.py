"""What can go wrong with the private servers."""


class ServerError(RuntimeError):
    """A private server cannot be found, started or reached; the message says how to mend it."""
