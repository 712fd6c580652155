"""What each viewer may see of what agencies share, worked out in this one place.

A viewer sees a row only where role, agency, purpose and an agreement in force all allow it.
Nothing here looks at the clock: the day is passed in.

A module a subject, as in `hub.models`. Most callers ask of several subjects at once, so they say
`selectors.people(…)` and this page hands the names on.
"""

from hub.selectors.agency import (
    agencies,
    agencies_employing,
    agencies_left_out,
    agencies_of,
    agencies_planned_together,
)
from hub.selectors.agreement import agreements, agreements_to_review, delegations, standing
from hub.selectors.county_lists import (
    WAITS_FOR_CODE,
    WaitingCode,
    codes_waiting,
    factor_points,
    skills,
    task_codes,
)
from hub.selectors.delivery import deliveries, feeds, rejections
from hub.selectors.matching import match_joins, match_reviews, records_to_match
from hub.selectors.need import (
    agencies_asking,
    days_away,
    is_in_hospital,
    needs,
    needs_of_people,
    needs_to_change,
    of_the_living,
    suspensions,
)
from hub.selectors.person import (
    agencies_that_know,
    household,
    joined_into,
    keys_of,
    may_see_address,
    may_see_nhs_number,
    may_see_number_of,
    objecting,
    people,
    people_for_an_extract,
)
from hub.selectors.place import (
    areas,
    areas_to_place_in,
    may_place,
    people_placed_by_hand,
    people_without_a_place,
    sectors_of,
)
from hub.selectors.rights import emergencies, holds, notes, notes_at_the_door, objections, own_notes

__all__ = [
    "WAITS_FOR_CODE",
    "WaitingCode",
    "agencies",
    "agencies_asking",
    "agencies_employing",
    "agencies_left_out",
    "agencies_of",
    "agencies_planned_together",
    "agencies_that_know",
    "agreements",
    "agreements_to_review",
    "areas",
    "areas_to_place_in",
    "codes_waiting",
    "days_away",
    "delegations",
    "deliveries",
    "emergencies",
    "factor_points",
    "feeds",
    "holds",
    "household",
    "is_in_hospital",
    "joined_into",
    "keys_of",
    "match_joins",
    "match_reviews",
    "may_place",
    "may_see_address",
    "may_see_nhs_number",
    "may_see_number_of",
    "needs",
    "needs_of_people",
    "needs_to_change",
    "notes",
    "notes_at_the_door",
    "objecting",
    "objections",
    "of_the_living",
    "own_notes",
    "people",
    "people_for_an_extract",
    "people_placed_by_hand",
    "people_without_a_place",
    "records_to_match",
    "rejections",
    "sectors_of",
    "skills",
    "standing",
    "suspensions",
    "task_codes",
]
