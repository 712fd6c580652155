"""The hard rules as one says them to a coordinator."""

RULES = {
    "barred": "The worker is barred from this person",
    "gender": "The person asked for a worker of another gender",
    "skills": "The worker is not signed off for every task",
    "delegation": "The task is not delegated to the worker's agency",
    "window": "It begins outside the agreed times or those the person asks for",
    "hours": "More than the worker's hours of the week",
    "shift": "The worker is not on shift then",
    "travel": "There is not enough time to get there, or two visits overlap",
    "break": "No break in a long shift",
    "rest": "Too little rest between two days",
    "gap": "Too near to, or too far from, another visit of the same day",
    "mergeable": "A call that must stand alone would share a visit",
    "separate": "Two calls that must stay apart would share a visit",
    "workers": "A double-handed call needs two different workers",
    "lock": "It is locked",
    "listed": "It is not asked for any more",
}
