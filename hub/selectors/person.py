"""What each viewer may see of what agencies share, worked out in this one place.

A viewer sees a row only where role, agency, purpose and an agreement in force all allow it.
Nothing here looks at the clock: the day is passed in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Avg, Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Left, Length

from hub import scope
from hub.models import (
    Agency,
    Area,
    Cancellation,
    Delegation,
    Delivery,
    EmergencyAccess,
    FactorPoints,
    Feed,
    Hold,
    MatchDecision,
    MatchReview,
    Need,
    Note,
    Objection,
    Person,
    Placement,
    Postcode,
    Rejection,
    Role,
    SharingAgreement,
    Skill,
    SourceRecord,
    Suspension,
    TaskCode,
    Tombstone,
    User,
)
from hub.walls import as_county

Purpose, Item = SharingAgreement.Purpose, SharingAgreement.Item
# Before the code that a need waits for a decision on, where a person's key would stand.
WAITS_FOR_CODE = "http://snomed.info/sct|"


class WaitingCode(NamedTuple):
    """A SNOMED CT code that nobody has decided on: what its sender calls it, and how many needs wait."""

    code: str
    display: str
    agency: Agency
    number: int


REVIEW_NOTICE = timedelta(days=60)


def agencies_planned_together(*, on: date) -> QuerySet[Agency]:
    """Agencies under some agreement in force to coordinate visits, by their needs."""
    agreements = SharingAgreement.objects.in_force(on).filter(
        purposes__contains=[Purpose.COORDINATION], items__contains=[Item.NEEDS]
    )
    return Agency.objects.filter(agreements__in=agreements, is_active=True).distinct()


def areas(user: User) -> QuerySet[Area]:
    """The areas whose rotas this user may open."""
    if user.role == Role.COORDINATOR:
        return user.areas.all()
    if user.role == Role.HUB_ADMINISTRATOR:
        return Area.objects.all()
    return Area.objects.none()


def people(user: User, *, on: date) -> QuerySet[Person]:
    """The people whose record this user may open by role; field staff go by their rota instead."""
    if user.role == Role.HUB_ADMINISTRATOR:
        # A row left empty by a join waits only to be filled again when the join is undone.
        return Person.objects.filter(Exists(_known_to(None)))
    if user.role == Role.AGENCY_MANAGER and user.agency_id:
        opened = Q(pk__in=scope.of(user, on=on).emergency)
        found = Person.objects.filter(Exists(_known_to([user.agency_id])) | opened)
        return _with_what_is_shared(found, user, on)
    if user.role == Role.COORDINATOR:
        seen = scope.of(user, on=on)
        here = _known_by_sharing(user, on) & Q(address__area__in=user.areas.all())
        found = Person.objects.filter(here | Q(pk__in=seen.emergency) if seen.emergency else here)
        return _with_what_is_shared(found, user, on)
    return Person.objects.none()


def _known_by_sharing(user: User, on: date) -> Q:
    """Known to an agency that shares names with this user's; who objects to sharing, to their own alone."""
    own = Exists(_known_to([user.agency_id] if user.agency_id else []))
    shared = Exists(_known_to(scope.of(user, on=on).agencies(Item.IDENTITY)))
    return Q(shared) & (Q(~Exists(objecting(Objection.Kind.SHARING))) | Q(own))


def objecting(kind: str) -> QuerySet[Objection]:
    """Standing objections of the outer query's person, under any key that their records began with."""
    joined = joined_into(OuterRef(OuterRef("pk")))
    return Objection.objects.filter(
        Q(person=OuterRef("pk")) | Q(person__in=joined.values("candidate")), kind=kind, withdrawn_at=None
    )


def people_for_an_extract() -> QuerySet[Person]:
    """Whose data may go into planning and evaluation: all but those who have opted out."""
    return Person.objects.filter(Exists(_known_to(None))).exclude(Exists(objecting(Objection.Kind.OPT_OUT)))


def _with_what_is_shared(found: QuerySet[Person], user: User, on: date) -> QuerySet[Person]:
    """With each person, whether an agency that knows them shares the door and the number with this user."""
    seen = scope.of(user, on=on)
    return found.annotate(
        door_is_shared=Exists(_known_to(seen.agencies(Item.ADDRESS))) | Q(pk__in=seen.emergency),
        number_is_shared=Exists(_known_to(seen.agencies(Item.NHS_NUMBER))),
    )


def people_without_a_place(user: User, *, on: date) -> QuerySet[Person]:
    """The living whom no rota can ask for, or whose door nobody can travel to, of those this user may know.

    They lie in no area, so a coordinator of any area may take them into it if their agency shares them.
    """
    if user.role == Role.COORDINATOR:
        own = Q(address__isnull=True) | Q(address__area__isnull=True) | Q(address__area__in=user.areas.all())
        known = Person.objects.filter(own, _known_by_sharing(user, on), Exists(user.areas.all()))
        known = _with_what_is_shared(known, user, on)
    else:
        known = people(user, on=on)
    nowhere = Q(address__isnull=True) | Q(address__area__isnull=True) | Q(address__latitude__isnull=True)
    return known.filter(nowhere, deceased=False, deceased_on__isnull=True)


def people_placed_by_hand(user: User, *, on: date) -> QuerySet[Person]:
    """Those of this user's people whom somebody placed and no record has placed since."""
    last = Placement.objects.filter(person=OuterRef("pk")).order_by("-pk")
    held = Q(placed_in=F("address__area"), address=F("placed_door"), address__latitude=F("placed_north"))
    return (
        people(user, on=on)
        .annotate(
            placed_in=Subquery(last.values("area")[:1]),
            placed_door=Subquery(last.values("address")[:1]),
            placed_north=Subquery(last.values("latitude")[:1]),
        )
        .filter(held)
    )


def may_place(user: User, person: Person) -> bool:
    """Whether this user, who may see the person on that list, may also say where they live.

    Where a restricted person lives is for an agency that knows them, or the hub, to say.
    """
    return not person.restricted or user.role in (Role.AGENCY_MANAGER, Role.HUB_ADMINISTRATOR)


def areas_to_place_in(user: User) -> QuerySet[Area]:
    """The areas that this user may put a person in."""
    return Area.objects.all() if user.role == Role.AGENCY_MANAGER else areas(user)


def needs_of_people(user: User, people: QuerySet[Person], *, on: date, item: str) -> QuerySet[Need]:
    """What is asked now for people whom this user may already see, by agencies that share this item."""
    asked = Need.objects.filter(person__in=people, starts_on__lte=on).exclude(ends_on__lt=on)
    if user.role == Role.HUB_ADMINISTRATOR:
        return asked
    return asked.filter(agency__in=scope.of(user, on=on).agencies(item))


def agencies_that_know(user: User, people: QuerySet[Person], *, on: date) -> QuerySet[SourceRecord]:
    """The records by which agencies know people whom this user may already see, of those that share them."""
    records = SourceRecord.objects.filter(person__in=people, kind=SourceRecord.Kind.PERSON)
    if user.role == Role.HUB_ADMINISTRATOR:
        return records
    return records.filter(agency__in=scope.of(user, on=on).agencies(Item.IDENTITY))


def sectors_of(area: Area) -> list[tuple[str, float, float]]:
    """The middle of each postcode sector of an area of which any postcode is known."""
    if not area.postcode_sectors:
        return []
    inside = reduce(or_, (Q(code__startswith=sector) for sector in area.postcode_sectors))
    middle = (
        Postcode.objects.filter(inside)
        .annotate(sector=Left("code", Length("code") - 2))
        .values("sector")
        .annotate(latitude=Avg("latitude"), longitude=Avg("longitude"))
        .order_by("sector")
    )
    return [(row["sector"], row["latitude"], row["longitude"]) for row in middle]


def needs(user: User, *, on: date) -> QuerySet[Need]:
    """The needs this user may see, with what is to be done."""
    visible = Need.objects.filter(person__in=people(user, on=on))
    if user.role == Role.HUB_ADMINISTRATOR:
        return visible
    seen = scope.of(user, on=on)
    return visible.filter(Q(agency__in=seen.agencies(Item.TASKS)) | Q(person__in=seen.emergency))


def needs_to_change(user: User, *, on: date) -> QuerySet[Need]:
    """The needs entered by hand that this user may change or end; what a feed sends is the sender's."""
    by_hand = needs(user, on=on).filter(entered_at__isnull=False)
    return by_hand.filter(agency__in=_spoken_for(user, on))


def agencies_asking(user: User, person: Person, *, on: date) -> QuerySet[Agency]:
    """For which agencies this user may enter a need of a person whom the user may open."""
    knows = SourceRecord.objects.filter(person=person, kind=SourceRecord.Kind.PERSON, agency=OuterRef("pk"))
    return Agency.objects.filter(Exists(knows), pk__in=_spoken_for(user, on), is_active=True)


def agencies_employing(user: User, *, on: date) -> QuerySet[Agency]:
    """Whose staff this user may enter: a manager the own, a coordinator those planned together."""
    keys = scope.of(user, on=on).agencies(Item.NEEDS) if user.role == Role.COORDINATOR else [user.agency_id]
    return Agency.objects.filter(pk__in=[key for key in keys if key], is_active=True)


def _spoken_for(user: User, on: date) -> Collection[int]:
    """A manager speaks for the own agency, a coordinator for all whose needs the coordinator plans."""
    if user.role == Role.COORDINATOR:
        return scope.of(user, on=on).agencies(Item.TASKS)
    return [user.agency_id] if user.role == Role.AGENCY_MANAGER and user.agency_id else []


def may_see_nhs_number(user: User, *, on: date) -> bool:
    """Whether an agreement lets this user's agency use NHS numbers; fire and housing never have them."""
    return scope.of(user, on=on).may(Item.NHS_NUMBER)


def may_see_address(user: User, person: Person) -> bool:
    """A restricted person's address is shown to nobody by role, only to the worker sent there.

    In an emergency it is, to whoever opened the record for the hour.
    """
    if person.restricted:
        return person.pk in scope.held(user).emergency
    return getattr(person, "door_is_shared", True)


def may_see_number_of(user: User, person: Person, *, on: date) -> bool:
    """Whether this person's NHS number, as far as anybody knows it, is shared with this user."""
    return may_see_nhs_number(user, on=on) and getattr(person, "number_is_shared", True)


def keys_of(person: Person) -> set[int]:
    """The person's key and those of the people who were joined into this one and have no record left.

    Notes, objections and holds stay with the key they were made for: joined, they are found by this, and
    when the join is undone each is where it was.
    """
    with as_county():  # another agency's record may have brought the note; its key tells nothing
        return {person.pk, *joined_into(person).values_list("candidate", flat=True)}


def joined_into(person: Person | OuterRef | QuerySet) -> QuerySet[MatchDecision]:
    """The joins, into one person or some, that left their `candidate` without a record.

    Undone, the candidate has one again.
    """
    left = SourceRecord.objects.filter(person=OuterRef("candidate"), kind=SourceRecord.Kind.PERSON)
    into = (
        Q(source_record__person__in=person)
        if isinstance(person, QuerySet)
        else Q(source_record__person=person)
    )
    joins = MatchDecision.objects.filter(into, outcome=MatchDecision.Outcome.JOINED)
    return joins.filter(~Exists(left), candidate__isnull=False)


def notes(user: User, person: Person, *, on: date) -> QuerySet[Note]:
    """The precautions and preferences that stand at this person's door, as far as they are shared."""
    found = Note.objects.filter(person__in=keys_of(person), ended_at=None)
    seen = scope.of(user, on=on)
    if seen.everything or person.pk in seen.emergency:
        return found
    return found.filter(agency__in=seen.agencies(Item.FLAGS))


def notes_at_the_door(person: Person) -> list[Note]:
    """Every note about a person to whom a field worker is sent: whoever rings must know of the dog."""
    found = Note.objects.filter(person__in=keys_of(person), ended_at=None).select_related("agency")
    with as_county():  # also those written under the key that a joined record had before
        return list(found)


def own_notes(user: User) -> QuerySet[Note]:
    """The notes that this user may review: those of the own agency; the hub looks after all."""
    standing_notes = Note.objects.filter(ended_at=None)
    if user.role == Role.HUB_ADMINISTRATOR:
        return standing_notes
    if user.role in (Role.COORDINATOR, Role.AGENCY_MANAGER) and user.agency_id:
        return standing_notes.filter(agency=user.agency_id)
    return Note.objects.none()


def emergencies(user: User) -> QuerySet[EmergencyAccess]:
    """Records opened in an emergency: all for the hub, and those of people whom a manager's agency knows."""
    if user.role == Role.HUB_ADMINISTRATOR:
        return EmergencyAccess.objects.all()
    if user.role == Role.AGENCY_MANAGER and user.agency_id:
        theirs = SourceRecord.objects.filter(
            person=OuterRef("person"), kind=SourceRecord.Kind.PERSON, agency=user.agency_id
        )
        return EmergencyAccess.objects.filter(Exists(theirs))
    return EmergencyAccess.objects.none()


def objections(user: User, person: Person) -> QuerySet[Objection]:
    """What this person, whom the user may open, has said no to and not withdrawn."""
    return Objection.objects.filter(person__in=keys_of(person), withdrawn_at=None)


def holds(user: User, person: Person) -> QuerySet[Hold]:
    """What keeps this person's records from being erased."""
    return Hold.objects.filter(person__in=keys_of(person), released_at=None)


def tombstones(user: User) -> QuerySet[Tombstone]:
    """The proof of what was erased."""
    if user.role == Role.HUB_ADMINISTRATOR:
        return Tombstone.objects.all()
    if user.role == Role.AGENCY_MANAGER and user.agency_id:
        return Tombstone.objects.filter(agency=user.agency_id)
    return Tombstone.objects.none()


def household(user: User, person: Person, *, on: date) -> QuerySet[Person]:
    """Who else lives behind the same door, of those whom this user may open."""
    if person.address_id is None or person.restricted:
        return Person.objects.none()
    return people(user, on=on).filter(address=person.address_id, restricted=False).exclude(pk=person.pk)


def deliveries(user: User) -> QuerySet[Delivery]:
    """What an agency's manager sent, or everything for the hub."""
    if user.role == Role.HUB_ADMINISTRATOR:
        return Delivery.objects.all()
    if user.role == Role.AGENCY_MANAGER and user.agency_id:
        return Delivery.objects.filter(agency=user.agency)
    return Delivery.objects.none()


def feeds(user: User) -> QuerySet[Feed]:
    """The ways of sending of the user's own agency, or all for the hub."""
    return Feed.objects.filter(agency__in=agencies_of(user))


def agencies_of(user: User) -> QuerySet[Agency]:
    """The agencies on whose behalf this user may send."""
    if user.role == Role.HUB_ADMINISTRATOR:
        return Agency.objects.filter(is_active=True)
    if user.role == Role.AGENCY_MANAGER and user.agency_id:
        return Agency.objects.filter(pk=user.agency_id, is_active=True)
    return Agency.objects.none()


def records_to_match(user: User, *, on: date) -> QuerySet[SourceRecord]:
    """The records of people whose identity this user may judge: the hub's all, an agency's manager's own."""
    records = SourceRecord.objects.filter(kind=SourceRecord.Kind.PERSON)
    if user.role == Role.HUB_ADMINISTRATOR:
        return records
    if user.role == Role.AGENCY_MANAGER:
        return records.filter(agency__in=scope.of(user, on=on).agencies(Item.IDENTITY))
    return records.none()


def match_reviews(user: User, *, on: date) -> QuerySet[MatchReview]:
    """The questions about two records that this user may both see."""
    records = records_to_match(user, on=on)
    return MatchReview.objects.filter(record__in=records, other__in=records)


def match_joins(user: User, *, on: date) -> QuerySet[MatchDecision]:
    """The joins that this user may take back: the hub's all, a manager's what the own agency has joined."""
    joins = MatchDecision.objects.filter(outcome=MatchDecision.Outcome.JOINED)
    if user.role == Role.HUB_ADMINISTRATOR:
        return joins
    mine = records_to_match(user, on=on)
    return joins.filter(source_record__in=mine, decided_by__agency=user.agency_id, decided_by__isnull=False)


def rejections(user: User) -> QuerySet[Rejection]:
    """The records refused in the deliveries this user may see."""
    return Rejection.objects.filter(delivery__in=deliveries(user))


def agreements(user: User) -> QuerySet[SharingAgreement]:
    """The agreements this user's agency is party to, or all for the hub."""
    if user.role == Role.HUB_ADMINISTRATOR:
        return SharingAgreement.objects.all()
    if user.agency_id and user.role in (Role.COORDINATOR, Role.AGENCY_MANAGER):
        return SharingAgreement.objects.filter(parties=user.agency)
    return SharingAgreement.objects.none()


def standing(agreement: SharingAgreement, *, on: date) -> str:
    """How a version stands on that day, in one word of the register's."""
    newer = SharingAgreement.objects.filter(reference=agreement.reference, version__gt=agreement.version)
    if newer.filter(signed_on__lte=on, starts_on__lte=on).exists():
        return "replaced"
    if agreement.last_day is not None and agreement.last_day < on:
        return "over"
    if agreement.signed_on is None:
        return "unsigned"
    if agreement.starts_on > on or agreement.signed_on > on:
        return "later"
    if agreement.review_on < on:
        return "review_overdue"
    return "review_soon" if agreement.review_on <= on + REVIEW_NOTICE else "in_force"


def agreements_to_review(*, on: date) -> QuerySet[SharingAgreement]:
    """The agreements in force whose review is due within the notice, or overdue."""
    return SharingAgreement.objects.in_force(on).filter(review_on__lte=on + REVIEW_NOTICE)


def agencies(user: User) -> QuerySet[Agency]:
    """The agencies that this user may change; everybody may know their names."""
    return Agency.objects.all() if user.role == Role.HUB_ADMINISTRATOR else Agency.objects.none()


def agencies_left_out(*, on: date) -> QuerySet[Agency]:
    """Active agencies with needs that no agreement lets anybody plan."""
    due = Need.objects.filter(agency=OuterRef("pk")).exclude(ends_on__lt=on)
    planned = agencies_planned_together(on=on).values("pk")
    return Agency.objects.filter(Exists(due), is_active=True).exclude(pk__in=planned)


def delegations(user: User) -> QuerySet[Delegation]:
    """What agencies let each other do, as far as this user's own is concerned."""
    if user.role == Role.HUB_ADMINISTRATOR:
        return Delegation.objects.all()
    if user.role == Role.AGENCY_MANAGER and user.agency_id:
        return Delegation.objects.filter(Q(from_agency=user.agency_id) | Q(to_agency=user.agency_id))
    return Delegation.objects.none()


def factor_points() -> QuerySet[FactorPoints]:
    """What was ever set of the points of prevention, the newest first; it is about nobody."""
    return FactorPoints.objects.select_related("set_by")


def skills() -> QuerySet[Skill]:
    """The county's list of tasks, the same for everybody."""
    return Skill.objects.all()


def task_codes() -> QuerySet[TaskCode]:
    """What the hub has decided about SNOMED CT codes, the same for everybody."""
    return TaskCode.objects.select_related("decided_by")


def codes_waiting(agencies: Collection[Agency]) -> list[WaitingCode]:
    """Codes that needs of these agencies wait for a decision on, with how many, the most first."""
    found = SourceRecord.objects.filter(
        agency__in=agencies, kind=SourceRecord.Kind.NEED, waits_for__startswith=WAITS_FOR_CODE
    ).exclude(waits_for__in=[f"{WAITS_FOR_CODE}{one}" for one in _not_at_home()])
    rows = found.order_by().values_list("waits_for", "agency").annotate(n=Count("pk"), one=Max("pk"))
    said = SourceRecord.objects.in_bulk([one for *_, one in rows])
    by_key = {agency.pk: agency for agency in agencies}
    return sorted(
        (
            WaitingCode(
                code := waits_for.removeprefix(WAITS_FOR_CODE),
                dict(said[one].payload.get("codes") or ()).get(code, ""),
                by_key[agency],
                number,
            )
            for waits_for, agency, number, one in rows
        ),
        key=lambda each: (-each.number, each.code, each.agency.name),
    )


def _not_at_home() -> QuerySet:
    return TaskCode.objects.filter(skills=[]).values_list("code", flat=True)


def _known_to(agencies: Collection[int] | None) -> QuerySet[SourceRecord]:
    """The records by which one of these agencies, or with None any, knows the person of the outer query."""
    found = SourceRecord.objects.filter(person=OuterRef("pk"), kind=SourceRecord.Kind.PERSON)
    return found if agencies is None else found.filter(agency__in=agencies)


def suspensions(user: User, *, on: date) -> QuerySet[Suspension]:
    """What suspends needs of people whom this user may see, as far as the agency that says so shares it."""
    found = Suspension.objects.filter(source_record__person__in=people(user, on=on))
    if user.role == Role.HUB_ADMINISTRATOR:
        return found
    if user.role == Role.AGENCY_MANAGER:
        return found.filter(agency=user.agency)
    if user.role == Role.COORDINATOR:
        return found.filter(agency__in=scope.of(user, on=on).agencies(Item.TASKS))
    return Suspension.objects.none()


def is_in_hospital(user: User, person: Person, *, on: date) -> bool:
    """Whether this user may know that the person is, by an agency's word or by what was called off for it."""
    stays = suspensions(user, on=on).filter(
        source_record__person=person,
        cause=Suspension.Cause.HOSPITAL,
        withdrawn_at__isnull=True,
        lifted_at__isnull=True,
    )
    called_off = Cancellation.objects.filter(
        need__in=needs(user, on=on).filter(person=person), due_on__gte=on, reason=Cancellation.IN_HOSPITAL
    )
    return stays.exists() or called_off.exists()


def of_the_living(needs: QuerySet[Need]) -> QuerySet[Need]:
    """The needs of people of whom nobody says that they died, or a coordinator says that they did not."""
    lifted = Suspension.objects.filter(
        source_record__person=OuterRef("person"),
        cause=Suspension.Cause.DIED,
        lifted_at__isnull=False,
    )
    return needs.filter(Q(person__deceased=False, person__deceased_on__isnull=True) | Exists(lifted))


def days_away(needs: Collection[Need]) -> Callable[[Need, date], bool]:
    """Whether on a day nothing of a need is due, because its person is in hospital, has died or has left.

    Whoever is no longer with one agency may still be with another, so that suspends only its own needs.
    """
    in_force = Suspension.objects.filter(
        source_record__person__in={need.person_id for need in needs},
        withdrawn_at__isnull=True,
        lifted_at__isnull=True,
    )
    away: dict[int, list[tuple[int | None, date, date]]] = defaultdict(list)
    with as_county():  # nobody is shown why; whoever says so, the door must not be knocked at
        said = list(in_force.values_list("source_record__person", "agency", "cause", "starts_on", "ends_on"))
    for person, agency, cause, first, until in said:
        only = agency if cause == Suspension.Cause.LEFT else None
        away[person].append((only, first, until or date.max))

    def is_away(need: Need, day: date) -> bool:
        return any(
            only in (None, need.agency_id) and first <= day < until
            for only, first, until in away.get(need.person_id, ())
        )

    return is_away
