"""From rows to a problem: who may do what, when, for whom, and what the hash notices."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

import pytest

from hub.models import KeepSeparate, Need, Role, SharingAgreement
from scheduling.engine.interchange import problem_data
from scheduling.engine.problem import Policy, Span
from scheduling.mapping import Mapped, staff
from scheduling.models import Policy as PolicyRow
from scheduling.selectors import policy
from tests.factories.hub import (
    make_address,
    make_agency,
    make_agreement,
    make_area,
    make_contact,
    make_delegation,
    make_gap,
    make_need,
    make_person,
    make_user,
)
from tests.factories.scheduling import Week, make_policy, make_week, map_week
from tests.factories.visits import (
    MONDAY,
    NOW,
    make_barred_worker,
    make_named_worker,
    make_rota,
    make_shift,
    make_visit,
    make_worker,
)
from visits.models import Competence, Worker
from visits.wall_clock import moment

pytestmark = pytest.mark.django_db
SUNDAY_BEFORE = MONDAY - dt.timedelta(days=1)
NEXT_MONDAY = MONDAY + dt.timedelta(days=7)


@pytest.fixture
def week() -> Week:
    """Ten occurrences that one worker can do."""
    return make_week()


def worker_in(mapped: Mapped, worker: Worker):
    """The worker as the optimiser sees them."""
    return mapped.problem.workers[mapped.problem.worker_index[f"w{worker.pk}"]]


def occurrence_in(mapped: Mapped, need: Need, day: dt.date = MONDAY):
    """The occurrence as the optimiser sees it."""
    return mapped.problem.occurrences[mapped.problem.occurrence_index[f"n{need.pk}-{day}"]]


def test_an_occurrence_says_what_the_need_says(week: Week) -> None:
    """Minutes, priority, band, preferred time, pair and gender all arrive in minutes of the week."""
    tuesday = MONDAY + dt.timedelta(days=1)
    need = make_need(
        week.person,
        week.agency,
        minutes=45,
        workers=2,
        gender="F",
        priority=1,
        preferred=dt.time(8, 30),
        mergeable=False,
        separate_reason="Dressing that must stay sterile",
        skills=["personal_care", "wound_care"],
    )
    found = occurrence_in(map_week(week), need, tuesday)
    assert (found.minutes, found.workers, found.gender, found.priority) == (45, 2, "F", 1)
    assert found.windows == (Span(1440 + 480, 1440 + 600),)
    assert (found.preferred, found.mergeable) == (1440 + 510, False)
    assert found.skills == {"personal_care", "wound_care"}


@pytest.mark.parametrize(
    ("asked", "need", "band", "best"),
    [
        ({"contact_from": dt.time(9)}, {}, (540, 600), None),
        ({"contact_until": dt.time(8, 30)}, {"preferred": dt.time(9)}, (480, 510), 510),
        ({"contact_from": dt.time(10)}, {}, (600, 600), None),
        ({"contact_from": dt.time(9)}, {"time_critical": True, "preferred": dt.time(8)}, (480, 600), 540),
        ({"contact_from": dt.time(11), "contact_until": dt.time(12)}, {}, (480, 600), 600),
        ({"contact_until": dt.time(7)}, {"preferred": dt.time(9)}, (480, 600), 480),
        ({"contact_from": dt.time(7), "contact_until": dt.time(20)}, {}, (480, 600), None),
    ],
)
def test_a_call_begins_when_the_person_asks_for_it_unless_that_would_cost_care(
    week: Week, asked: dict[str, dt.time], need: dict[str, object], band: tuple[int, int], best: int | None
) -> None:
    """Time-critical calls and those wholly outside keep their band, and are best as near as that goes."""
    for name, value in asked.items():
        setattr(week.person, name, value)
    week.person.save()
    call = make_need(week.person, week.agency, **need)
    found = occurrence_in(map_week(week), call)
    assert found.windows == (Span(*band),)
    assert found.preferred == best


def test_a_flexible_need_has_a_window_on_each_day_it_may_fall(week: Week) -> None:
    """The days are alternatives."""
    need = make_need(week.person, week.agency, rrule="FREQ=WEEKLY;BYDAY=FR", flexible_days=1)
    found = occurrence_in(map_week(week), need, MONDAY + dt.timedelta(days=4))
    assert found.windows == (Span(4 * 1440 + 480, 4 * 1440 + 600), Span(5 * 1440 + 480, 5 * 1440 + 600))


def test_only_agencies_under_an_agreement_all_week_are_planned_together(week: Week) -> None:
    """An agency without an agreement, or whose agreement ends on Wednesday, is left out."""
    stranger, leaver = make_agency(), make_agency()
    make_agreement(leaver, ends_on=MONDAY + dt.timedelta(days=2))
    for agency in (stranger, leaver):
        make_need(week.person, agency)
        make_worker(agency, week.area)
    mapped = map_week(week)
    assert {o.agency for o in mapped.problem.occurrences} == {f"a{week.agency.pk}"}
    assert len(mapped.problem.workers) == 1


def test_an_agency_alone_needs_no_agreement_and_meets_no_other(week: Week) -> None:
    """Planned alone for comparison, an agency has its own needs and workers and nothing else."""
    alone = make_agency()
    need, worker = make_need(week.person, alone), make_worker(alone, week.area)
    mapped = map_week(week, agencies=[alone])
    assert {due.need.pk for due in mapped.due.values()} == {need.pk}
    assert set(mapped.workers) == {f"w{worker.pk}"}


def test_a_skill_counts_only_if_it_is_in_force_on_every_day_worked(week: Week) -> None:
    """Expiry on Wednesday takes the skill from a full-time worker and not from one who works on Monday."""
    wednesday = MONDAY + dt.timedelta(days=2)
    Competence.objects.filter(worker=week.worker).update(expires_on=wednesday)
    part_time = make_worker(week.agency, week.area, expires_on=wednesday)
    make_shift(part_time, MONDAY)
    mapped = map_week(week)
    assert worker_in(mapped, week.worker).skills == frozenset()
    assert worker_in(mapped, part_time).skills == {"personal_care"}


def test_a_renewed_competence_has_no_hole(week: Week) -> None:
    """Two rows that follow each other cover the week between them."""
    tuesday = MONDAY + dt.timedelta(days=1)
    Competence.objects.filter(worker=week.worker).update(expires_on=tuesday)
    week.worker.competences.create(
        skill_id="personal_care", starts_on=tuesday + dt.timedelta(days=1), signed_by="the lead nurse"
    )
    assert worker_in(map_week(week), week.worker).skills == {"personal_care"}


def test_a_delegation_must_hold_all_week(week: Week) -> None:
    """One that ends on Thursday lets nobody work on Friday, so it is not used."""
    partner = make_agency()
    make_agreement(week.agency, partner)
    make_delegation(giver=week.agency, holder=partner)
    make_delegation(giver=partner, holder=week.agency, ends_on=MONDAY + dt.timedelta(days=3))
    found = map_week(week).problem.delegations
    assert [(d.from_agency, d.to_agency) for d in found] == [(f"a{week.agency.pk}", f"a{partner.pk}")]


def test_known_workers_came_in_the_last_four_weeks(week: Week) -> None:
    """By the agency's own report or by a published rota; not longer ago, and not by another's number."""
    by_rota, long_ago = (make_worker(week.agency, week.area) for _ in range(2))
    before = NOW - dt.timedelta(days=5)
    make_contact(week.person, week.agency, starts_at=before, worker=week.worker.reference)
    make_contact(week.person, week.agency, starts_at=NOW - dt.timedelta(days=40), worker=long_ago.reference)
    make_contact(week.person, make_agency(), starts_at=before, worker=long_ago.reference)
    rota = make_rota(week.area, week_start=MONDAY - dt.timedelta(days=7), status="published")
    make_visit(rota, by_rota, person=week.person, day=MONDAY - dt.timedelta(days=3))
    (person,) = map_week(week).problem.people
    assert person.known_workers == {f"w{week.worker.pk}", f"w{by_rota.pk}"}


def test_named_and_barred_workers_arrive_by_code(week: Week) -> None:
    """One who should come and one who may not."""
    barred = make_worker(week.agency, week.area)
    make_named_worker(week.person, week.worker)
    make_barred_worker(week.person, barred)
    (person,) = map_week(week).problem.people
    assert (person.named_worker, person.barred_workers) == (f"w{week.worker.pk}", {f"w{barred.pk}"})


def test_a_gap_holds_on_each_day_and_separate_needs_stay_apart(week: Week) -> None:
    """Five days make five gaps and five pairs, never across days."""
    make_gap(week.washing, week.tablets, at_least=60, at_most=120)
    KeepSeparate.objects.create(first=week.washing, second=week.tablets, reason="Cross-infection")
    problem = map_week(week).problem
    assert [(g.before[-10:] == g.after[-10:], g.min, g.max) for g in problem.gaps] == [(True, 60, 120)] * 5
    assert len(problem.separate) == 5


def test_the_published_rota_is_what_changes_are_counted_against(week: Week) -> None:
    """Candidates do not count, nor does a visit by someone who has left."""
    gone = make_worker(week.agency, week.area, is_active=False)
    make_visit(make_rota(week.area), week.worker, week.washing)
    published = make_rota(week.area, status="published")
    make_visit(published, week.worker, week.washing, week.tablets, start="08:15")
    make_visit(published, gone, week.washing, day=MONDAY + dt.timedelta(days=1))
    found = map_week(week).problem.published
    assert [(p.occurrence, p.workers, p.start) for p in found] == [
        (f"n{week.washing.pk}-{MONDAY}", (f"w{week.worker.pk}",), 495),
        (f"n{week.tablets.pk}-{MONDAY}", (f"w{week.worker.pk}",), 525),
    ]


def test_two_doors_in_one_postcode_are_never_no_minutes_apart(week: Week) -> None:
    """Travel of nothing would let calls be crammed; people of one household share a place."""
    make_need(make_person(address=week.person.address), week.agency)
    make_need(make_person(area=week.area), week.agency)
    mapped = map_week(week)
    one, same, other = (person.place for person in mapped.problem.people)
    assert (one == same, int(mapped.problem.travel[one, other])) == (True, 1)


def test_rest_after_last_weeks_sunday_cuts_mondays_shift(week: Week) -> None:
    """Home at 22:35 from a published visit, a worker may not set out before 09:35 on Monday."""
    rota = make_rota(week.area, week_start=MONDAY - dt.timedelta(days=7), status="published")
    far = make_person(address=make_address(week.area, latitude=52.79, longitude=1.29))
    make_visit(rota, week.worker, person=far, day=SUNDAY_BEFORE, start="21:55")
    shifts = worker_in(map_week(week), week.worker).shifts
    home = 22 * 60 + 25 + 9  # nine minutes by great circle
    assert shifts[0] == Span(home + 660 - 1440, 15 * 60)
    assert shifts[1] == Span(1440 + 420, 1440 + 900)


def test_rest_before_next_weeks_monday_cuts_sundays_shift(week: Week) -> None:
    """Whoever sets out at 06:56, a minute from the door, on a published Monday is home by 19:56 before it."""
    make_shift(week.worker, MONDAY + dt.timedelta(days=6), "14:00", "22:00")
    rota = make_rota(week.area, week_start=NEXT_MONDAY, status="published")
    make_visit(rota, week.worker, person=week.person, day=NEXT_MONDAY, start="07:00")
    assert worker_in(map_week(week), week.worker).shifts[-1] == Span(6 * 1440 + 840, 7 * 1440 + 416 - 660)


@pytest.mark.parametrize(
    ("sunday", "hours"), [(dt.date(2026, 10, 25), 9), (dt.date(2027, 3, 28), 7)], ids=["25 h", "23 h"]
)
def test_a_sunday_with_a_clock_change_keeps_wall_times_and_true_hours(
    week: Week, sunday: dt.date, hours: int
) -> None:
    """Care at eight by the clocks is at eight by the clocks; a night shift is as long as it truly is."""
    monday = sunday - dt.timedelta(days=6)
    Need.objects.update(starts_on=monday, rrule="FREQ=DAILY")
    make_shift(week.worker, sunday - dt.timedelta(days=1), "23:00", "06:00")
    mapped = map_week(week, week_start=monday, on=monday)
    (window,) = occurrence_in(mapped, week.washing, sunday).windows
    assert window.start == 6 * 1440 + hours * 60
    assert mapped.clock.at(window.start).astimezone(NOW.tzinfo).hour in (7, 8)
    (night,) = (s for s in worker_in(mapped, week.worker).shifts)
    assert night.end - night.start == (hours - 1) * 60


def test_a_band_inside_the_skipped_hour_moves_forward_whole(week: Week) -> None:
    """Medicine at half past one, due on a night that has no such time, is given at half past two."""
    sunday = dt.date(2027, 3, 28)
    Need.objects.filter(pk=week.washing.pk).update(
        starts_on=sunday, rrule="FREQ=DAILY", window_start=dt.time(1, 30), window_end=dt.time(2, 15)
    )
    mapped = map_week(week, week_start=dt.date(2027, 3, 22), on=sunday)
    (window,) = occurrence_in(mapped, week.washing, sunday).windows
    assert window == Span(6 * 1440 + 90, 6 * 1440 + 90)


def test_nothing_personal_leaves_for_the_optimiser(week: Week) -> None:
    """Names, addresses, postcodes, numbers, references and coordinates: none is in the problem file."""
    canaries = {
        "family_name": "Zzfamily",
        "given_name": "Zzgiven",
        "nhs_number": "9990000018",
    }
    for name, value in canaries.items():
        setattr(week.person, name, value)
    week.person.address = make_address(week.area, lines="Zzdoor, Aylsham", uprn="100091234567")
    week.person.save()
    Worker.objects.filter(pk=week.worker.pk).update(name="Zzworker", reference="Zzref")
    Need.objects.update(title="Zztitle")
    text = json.dumps(problem_data(map_week(week).problem))
    for secret in (*canaries.values(), "Zz", "NR11", "1941", "100091234567", "52.79", week.agency.name):
        assert secret not in text


CHANGES: dict[str, Callable[[Week], object]] = {
    "needs": lambda week: Need.objects.filter(pk=week.washing.pk).update(minutes=35),
    "people": lambda week: make_barred_worker(week.person, week.worker),
    "workers": lambda week: Worker.objects.update(max_week_minutes=1200),
    "skills": lambda week: Competence.objects.update(expires_on=MONDAY),
    "shifts": lambda week: week.worker.shifts.first().delete(),
    "published": lambda week: make_visit(make_rota(week.area, status="published"), week.worker, week.washing),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_the_hash_notices_each_kind_of_change_and_names_it(week: Week, kind: str) -> None:
    """Whatever the plan was made from changes its own kind's hash, no other kind's, and the whole."""
    before = map_week(week)
    assert map_week(week).inputs_hash == before.inputs_hash
    CHANGES[kind](week)
    after = map_week(week)
    assert {k for k in after.inputs if after.inputs[k] != before.inputs[k]} == {kind}
    assert after.inputs_hash != before.inputs_hash


def test_an_agency_that_may_no_longer_be_planned_is_noticed(week: Week) -> None:
    """With the agreement go its needs and workers; one that has nothing here makes no difference."""
    partner = make_agency()
    agreement = make_agreement(partner)
    make_need(week.person, partner)
    before = map_week(week)
    make_agreement(make_agency())
    assert map_week(week).inputs_hash == before.inputs_hash
    agreement.delete()
    after = map_week(week)
    assert {k for k in after.inputs if after.inputs[k] != before.inputs[k]} == {"agencies", "needs"}


def test_a_cancellation_changes_what_is_asked(week: Week) -> None:
    """Calling a visit off after planning is a change of two kinds: it is cancelled, and no longer asked."""
    before = map_week(week)
    week.washing.cancellations.create(
        due_on=MONDAY, reason="Away", cancelled_at=NOW, cancelled_by=make_user()
    )
    after = map_week(week)
    assert {k for k in after.inputs if after.inputs[k] != before.inputs[k]} == {"cancellations", "needs"}


def test_who_has_met_whom_makes_no_plan_wrong(week: Week) -> None:
    """Yesterday's visits arrive every morning and must not spoil last night's candidates."""
    before = map_week(week)
    make_contact(week.person, week.agency, starts_at=NOW - dt.timedelta(days=5), worker=week.worker.reference)
    after = map_week(week)
    assert after.problem.people != before.problem.people
    assert after.inputs_hash == before.inputs_hash


def test_the_newest_policy_of_the_area_is_in_force(week: Week) -> None:
    """An area's own weights win over the county's, newer over older, and defaults fill in."""
    assert policy(week.area) == Policy()
    make_policy(arrival=1)
    make_policy(week.area, arrival=30, unserved={"1": 9, "2": 8, "3": 7, "4": 6})
    make_policy(make_area(), arrival=99)
    assert policy(week.area) == Policy(arrival=30, unserved=(9, 8, 7, 6))
    PolicyRow.objects.create(area=week.area, weights={"arival": 3}, set_at=NOW)
    with pytest.raises(ValueError, match=r"policy\.arival: is not a weight"):
        policy(week.area)


def test_an_empty_area_is_a_problem_without_occurrences() -> None:
    """No needs and no workers is a week too."""
    mapped = map_week(Week(make_area(), *[None] * 5))  # type: ignore[list-item]
    assert (len(mapped.problem.occurrences), len(mapped.problem.workers), len(mapped.asked)) == (0, 0, 0)


def test_a_mapping_reads_a_bounded_number_of_times(week: Week, django_assert_max_num_queries) -> None:
    """The database is asked as often for many people as for one."""
    for _ in range(5):
        make_need(make_person(area=week.area), week.agency)
    with django_assert_max_num_queries(24):
        map_week(week)


def test_agreements_without_needs_share_no_needs(week: Week) -> None:
    """An agreement about identity alone lets nobody be planned together."""
    SharingAgreement.objects.update(items=["identity"])
    assert len(map_week(week).asked) == 0


def test_an_absence_takes_its_minutes_out_of_shifts_and_changes_the_question() -> None:
    """Sick from ten on Tuesday until further notice; taken back, the week is what it was."""
    week = make_week()
    before = map_week(week)
    absence = week.worker.absences.create(
        kind="sick",
        starts_at=moment(MONDAY + dt.timedelta(days=1), dt.time(10)),
        noted_at=NOW,
        noted_by=make_user(Role.COORDINATOR, week.area),
    )
    away = map_week(week)
    (worker,) = away.problem.workers
    assert [(s.start, s.end) for s in worker.shifts] == [(420, 900), (1440 + 420, 1440 + 600)]
    changed = {kind for kind in before.inputs if before.inputs[kind] != away.inputs[kind]}
    assert changed == {"shifts"}
    absence.taken_back_at, absence.taken_back_by = NOW, absence.noted_by
    absence.save()
    assert map_week(week).inputs_hash == before.inputs_hash


def test_of_a_shift_with_an_absence_in_the_middle_both_pieces_are_planned() -> None:
    """But no piece begins on the day of another shift."""
    shift, night = Span(420, 900), Span(1320, 1440 + 360)
    assert staff.without([shift], [Span(500, 600)]) == [Span(420, 500), Span(600, 900)]
    assert staff.without([shift], [Span(0, 2000)]) == []
    assert staff.without([night, Span(1440 + 420, 2000)], [Span(1320, 1500)]) == [Span(1440 + 420, 2000)]
