"""How good each agency's data is, and what its gaps cost when the week is planned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, Max, Q, Sum

from hub.contact_times import OUTSIDE
from hub.models import Agency, Delivery, KnownAs, MatchReview, Need, Person, Rejection
from hub.selectors import WaitingCode, codes_waiting
from visits.models import Rota, Unplaced

RECENT = 5  # deliveries whose rejections count


@dataclass(frozen=True, slots=True)
class Share:
    """How many of all have it, and what it costs where they have not."""

    what: str
    have: int
    of: int
    cost: str

    @property
    def percent(self) -> int:
        """Rounded down, so that a hundred means all."""
        return 100 * self.have // self.of if self.of else 100


@dataclass(frozen=True, slots=True)
class Quality:
    """One agency's data on one day."""

    agency: Agency
    last: datetime | None
    days_old: int | None
    people: int
    rejected: int
    records: int
    questions: int
    shares: list[Share]
    no_place: int  # people whose calls no rota can ask for, or whose door nobody can travel to
    outside: int  # needs of which calls may begin when the person asks for none
    codes: list[WaitingCode]  # sent for tasks, and nobody has decided which
    lost: int  # occurrences of rotas from this week on that are unplaced for want of a place


def of(agency: Agency, *, on: date, monday: date) -> Quality:
    """Worked out in eleven queries whatever the size."""
    taken = Delivery.objects.filter(agency=agency, status=Delivery.Status.TAKEN)
    last = taken.aggregate(last=Max("received_at"))["last"]
    lately = list(taken.order_by("-received_at", "-pk").values_list("pk", flat=True)[:RECENT])
    sent = Delivery.objects.filter(pk__in=lately).aggregate(records=_total(), refused=_total("rejected"))
    known = KnownAs.objects.filter(source_record__agency=agency).aggregate(
        all=Count("pk"),
        born=Count("pk", filter=Q(birth_date__isnull=False)),
        numbered=Count("pk", filter=~Q(nhs_number="")),
        doors=Count("pk", filter=~Q(uprn="")),
        placed=Count("pk", filter=~Q(postcode="")),
        gendered=Count("pk", filter=~Q(gender="")),
    )
    needs = Need.objects.filter(agency=agency, starts_on__lte=on).exclude(ends_on__lt=on)
    wished = needs.aggregate(all=Count("pk"), preferred=Count("pk", filter=Q(preferred__isnull=False)))
    lost = Unplaced.objects.filter(
        need__agency=agency,
        reason=Unplaced.Reason.NO_LOCATION,
        rota__week_start__gte=monday,
        rota__status=Rota.Status.PUBLISHED,
    )
    nowhere = Q(address__isnull=True) | Q(address__area__isnull=True) | Q(address__latitude__isnull=True)
    people = Person.objects.filter(nowhere, needs__in=needs, deceased=False, deceased_on=None)
    waiting = MatchReview.objects.filter(
        Q(record__agency=agency) | Q(other__agency=agency),
        status__in=(MatchReview.Status.WAITING, MatchReview.Status.LATER),
    )
    return Quality(
        agency=agency,
        last=last,
        days_old=None if last is None else (on - last.date()).days,
        people=known["all"],
        rejected=sent["refused"] or 0,
        records=sent["records"] or 0,
        questions=waiting.count(),
        no_place=people.distinct().count(),
        outside=needs.filter(OUTSIDE, person__deceased=False, person__deceased_on=None).count(),
        codes=codes_waiting([agency]),
        lost=lost.count(),
        shares=[
            Share("Postcode", known["placed"], known["all"], "nobody can be sent there until it is known"),
            Share(
                "Date of birth",
                known["born"],
                known["all"],
                "its record joins nobody unasked",
            ),
            Share("NHS number", known["numbered"], known["all"], "joins rest on names; more are asked about"),
            Share("UPRN", known["doors"], known["all"], "two spellings of one door stay two doors"),
            Share("Gender", known["gendered"], known["all"], "fewer things tell people apart"),
            Share("Preferred time", wished["preferred"], wished["all"], "any time in the band counts"),
        ],
    )


def rules(agency: Agency) -> list[tuple[str, int]]:
    """The rules that refused most in the last deliveries, with how often."""
    lately = Delivery.objects.filter(agency=agency).order_by("-received_at", "-pk").values("pk")[:RECENT]
    found = Rejection.objects.filter(delivery__in=list(lately.values_list("pk", flat=True)))
    return list(found.order_by().values_list("rule").annotate(n=Count("pk")).order_by("-n", "rule")[:10])


def _total(*fields: str) -> Sum:
    names = fields or ("taken", "unchanged", "rejected", "skipped")
    expression = F(names[0])
    for name in names[1:]:
        expression += F(name)
    return Sum(expression)
