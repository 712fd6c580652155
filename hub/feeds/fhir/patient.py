"""A FHIR Patient becomes a person."""

from __future__ import annotations

from collections.abc import Iterator

from hub.feeds import values
from hub.feeds.fhir.contact_times import contact_times
from hub.feeds.fhir.elements import Found, Json, items, part, text, texts, written_day
from hub.feeds.fhir.extensions import ADDRESS, cells_of
from hub.feeds.fields import Fields
from hub.feeds.record import PersonRecord, Rejected, Skipped
from hub.feeds.values import RefusedError

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
VERIFICATION = "Extension-UKCore-NHSNumberVerificationStatus"
VERIFICATION_SYSTEMS = frozenset(
    f"https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus{ending}"
    for ending in ("England", "")
)
VERIFIED = "01"
ADDRESS_KEY = "Extension-UKCore-AddressKey"
RESTRICTED = frozenset({"R", "V"})
_name_text = values.text_up_to(120)


def take(found: Found) -> Iterator[PersonRecord | Rejected | Skipped]:
    """Yields the person and what they go without. Raises `RefusedError` without an id or a family name."""
    patient = found.resource
    if patient.get("active") is False:
        yield Skipped(found.place, "a Patient that is not active")
        return
    name = _name(patient)
    restricted = any(
        text(label.get("code")) in RESTRICTED for label in items(part(patient, "meta").get("security"))
    )
    address = {} if restricted else _address(patient)
    fields = Fields(found.place, _cells(patient, name, address), key=found.checked_id())
    family_name = fields.required("name.family", _name_text)
    given_name = fields.optional("name.given", _name_text, "")
    lines = fields.optional("address.line", values.address_lines, ())
    number, verified = _nhs_number(patient, fields)
    contact_from, contact_until = contact_times(patient, fields)
    deceased_on = None
    if fields.text("deceasedDateTime"):
        deceased_on = fields.soft("deceasedDateTime", written_day)
    yield PersonRecord(
        key=fields.key,
        place=found.place,
        family_name=family_name,
        given_name=given_name,
        birth_date=fields.soft("birthDate", written_day),
        gender=fields.soft("gender", _gender),
        nhs_number=number,
        nhs_number_verified=verified,
        address_lines=lines,
        postcode=fields.soft("address.postalCode", values.postcode) or "",
        uprn=fields.soft("address.uprn", values.uprn),
        tenure=fields.soft("tenure", values.tenure),
        restricted=restricted,
        deceased=bool(fields.text("deceasedDateTime")) or patient.get("deceasedBoolean") is True,
        deceased_on=deceased_on,
        contact_from=contact_from,
        contact_until=contact_until,
        said_at=found.said_at,
    )
    yield from fields.notes


def _cells(patient: Json, name: Json, address: Json) -> dict[str, str]:
    lines = texts(address.get("line")) or text(address.get("text")).split(",")
    return {
        "name.family": text(name.get("family")),
        "name.given": " ".join(texts(name.get("given"))),
        "birthDate": text(patient.get("birthDate")),
        "gender": text(patient.get("gender")),
        "deceasedDateTime": text(patient.get("deceasedDateTime")),
        "address.line": ",".join(dict.fromkeys([*lines, *texts(address.get("city"))])),
        "address.postalCode": text(address.get("postalCode")),
        "address.uprn": _uprn(address),
        "tenure": cells_of(address, ADDRESS).get("tenure", ""),
    }


def _name(patient: Json) -> Json:
    names = [name for name in items(patient.get("name")) if text(name.get("use")) not in ("old", "maiden")]
    for use in ("official", "usual"):
        if chosen := [name for name in names if text(name.get("use")) == use]:
            return chosen[0]
    return names[0] if names else {}


def _address(patient: Json) -> Json:
    known = [
        one for one in items(patient.get("address")) if text(one.get("use")) not in ("old", "temp", "billing")
    ]
    homes = [one for one in known if text(one.get("use")) == "home"]
    return next(iter(homes or known), {})


def _uprn(address: Json) -> str:
    for extension in items(address.get("extension")):
        if not text(extension.get("url")).endswith(ADDRESS_KEY):
            continue
        parts = {text(one.get("url")): one for one in items(extension.get("extension"))}
        kind = parts.get("type", {})
        codings = [*items(kind.get("valueCoding")), *items(part(kind, "valueCodeableConcept").get("coding"))]
        if any(text(coding.get("code")) == "UPRN" for coding in codings):
            return text(parts.get("value", {}).get("valueString"))
    return ""


def _nhs_number(patient: Json, fields: Fields) -> tuple[str | None, bool]:
    """The number and whether it has been traced; without a number the reason is noted."""
    numbers: dict[str, bool] = {}
    for identifier in items(patient.get("identifier")):
        if text(identifier.get("system")) != NHS_NUMBER or text(identifier.get("use")) == "old":
            continue
        written = text(identifier.get("value"))
        if number := fields.soft_text("identifier", written, values.nhs_number):
            numbers[number] = numbers.get(number, False) or _is_verified(identifier)
    if len(numbers) > 1:
        fields.note(
            RefusedError(
                "nhs_number_conflict", "Send one NHS number; mark others as old.", field="identifier"
            )
        )
    return next(iter(numbers.items())) if len(numbers) == 1 else (None, False)


def _is_verified(identifier: Json) -> bool:
    for extension in items(identifier.get("extension")):
        if text(extension.get("url")).endswith(VERIFICATION):
            for coding in items(part(extension, "valueCodeableConcept").get("coding")):
                if (
                    text(coding.get("system")) in VERIFICATION_SYSTEMS
                    and text(coding.get("code")) == VERIFIED
                ):
                    return True
    return False


def _gender(value: str) -> str | None:
    if value not in ("male", "female", "other", "unknown"):
        raise RefusedError("gender", "Write male, female, other or unknown.")
    return values.gender(value)
