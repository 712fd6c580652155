"""What agencies share."""

from hub.models.agency import Agency, Area, Feed, Postcode
from hub.models.agreement import AgreementSignature, Delegation, SharingAgreement
from hub.models.among import Among
from hub.models.audit import AuditEvent, Change, EmergencyAccess
from hub.models.delivery import Delivery, Rejection, SourceRecord
from hub.models.matching import MatchDecision, MatchModel, MatchReview
from hub.models.need import Cancellation, Contact, KeepSeparate, Need, NeedGap, Skill, TaskCode
from hub.models.person import Address, ContactTimes, KnownAs, Person, Placement
from hub.models.prevention import FactorPoints, PreventionAnswer
from hub.models.rights import Hold, Note, Objection, Tombstone
from hub.models.suspension import Suspension
from hub.models.user import Role, User

__all__ = [
    "Address",
    "Agency",
    "AgreementSignature",
    "Among",
    "Area",
    "AuditEvent",
    "Cancellation",
    "Change",
    "Contact",
    "ContactTimes",
    "Delegation",
    "Delivery",
    "EmergencyAccess",
    "FactorPoints",
    "Feed",
    "Hold",
    "KeepSeparate",
    "KnownAs",
    "MatchDecision",
    "MatchModel",
    "MatchReview",
    "Need",
    "NeedGap",
    "Note",
    "Objection",
    "Person",
    "Placement",
    "Postcode",
    "PreventionAnswer",
    "Rejection",
    "Role",
    "SharingAgreement",
    "Skill",
    "SourceRecord",
    "Suspension",
    "TaskCode",
    "Tombstone",
    "User",
]
