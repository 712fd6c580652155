"""What a coordinator can do about an occurrence that the plan leaves out, the cheapest thing first."""

from visits.models import Unplaced

Reason = Unplaced.Reason

REMEDIES: dict[str, str] = {
    Reason.NO_COMPETENT_WORKER: "Sign off a worker's competence, or have the agency delegate the task.",
    Reason.NO_SHIFT_IN_WINDOW: "Ask a competent worker to start earlier or stay later, or widen the times.",
    Reason.NO_CAPACITY: "Widen the times, allow another day, or add a shift.",
    Reason.NO_PAIR_FREE: "Widen the times, or add a shift that overlaps with another worker's.",
    Reason.REST_OR_HOURS: "Offer the shift to a worker with hours to spare.",
    Reason.GAP: "Ask the agency whether the time between the two visits may change.",
    Reason.BARRED_OR_GENDER: "Ask the person whether another worker would be welcome.",
    Reason.CONFLICTS_WITH_LOCK: "Unlock the visit that stands in the way, and plan again.",
    Reason.NO_LOCATION: "Ask the agency for the postcode, or say where it is under People without a place.",
    Reason.BY_HAND: "Give it another worker or time on the board, or plan the week again.",
    Reason.NEW_SINCE: "Place it by hand on the board, or plan the week again.",
}
