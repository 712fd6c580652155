"""Who goes where, when."""

from visits.models.hand import HandChange, Override
from visits.models.rota import Rota, RotaEvent, Unplaced, Visit, VisitPart
from visits.models.worker import BarredWorker, CarriedOver, Competence, NamedWorker, Shift, Worker

__all__ = [
    "BarredWorker",
    "CarriedOver",
    "Competence",
    "HandChange",
    "NamedWorker",
    "Override",
    "Rota",
    "RotaEvent",
    "Shift",
    "Unplaced",
    "Visit",
    "VisitPart",
    "Worker",
]
