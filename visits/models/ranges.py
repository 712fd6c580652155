from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary
from django.db.models import DateField, F, Func


class TimeRange(Func):
    """tstzrange(start, end): the start is inside, the end is not, so that visits may touch."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()

    @classmethod
    def of(cls, start: str, end: str) -> "TimeRange":
        return cls(F(start), F(end), RangeBoundary())


class LocalDay(Func):
    """The day in Norfolk on which a moment falls; PostgreSQL may index it, unlike Django's own TruncDate."""

    template = "((%(expressions)s AT TIME ZONE 'Europe/London')::date)"
    output_field = DateField()
