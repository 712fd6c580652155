"""Who goes where, when."""

from visits.models.absence import Absence
from visits.models.hand import HandChange, Override
from visits.models.lock import LockHold, PlanLock
from visits.models.rota import Rota, RotaEvent, Unplaced, Visit, VisitPart
from visits.models.worker import (
    BarredWorker,
    CalendarFeed,
    CarriedOver,
    Competence,
    NamedWorker,
    Shift,
    Worker,
)

__all__ = [
    "Absence",
    "BarredWorker",
    "CalendarFeed",
    "CarriedOver",
    "Competence",
    "HandChange",
    "LockHold",
    "NamedWorker",
    "Override",
    "PlanLock",
    "Rota",
    "RotaEvent",
    "Shift",
    "Unplaced",
    "Visit",
    "VisitPart",
    "Worker",
]
