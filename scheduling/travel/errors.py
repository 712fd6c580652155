"""What may be wrong with roads."""


class RoadFileError(ValueError):
    """The file holds no roads that could be read; the message says what to do."""
