"""FHIR as XML, stays in hospital, CORE lettings, fire visits and a partner's own CSV."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import orjson
import pytest

from hub.feeds import FEEDS, mapped, reader
from hub.feeds.record import (
    AbsenceRecord,
    AllOrNothing,
    ContactRecord,
    FeedError,
    HomeRecord,
    NeedRecord,
    PersonRecord,
    Replaces,
    Skipped,
)

XML_PATIENT = """<?xml version="1.0" encoding="UTF-8"?>
<!-- as HL7 UK writes its examples -->
<Patient xmlns="http://hl7.org/fhir">
  <id value="n-31"/><meta><lastUpdated value="2026-03-02T08:00:00Z"/></meta>
  <text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><p>Mary</p></div></text>
  <identifier>
    <extension url="https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus">
      <valueCodeableConcept><coding>
        <system value="https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland"/>
        <code value="01"/></coding></valueCodeableConcept></extension>
    <system value="https://fhir.nhs.uk/Id/nhs-number"/><value value="9434765919"/></identifier>
  <active value="true"/>
  <name><use value="official"/><family value="O'Neill"/><given value="Mary"/><given value="Ann"/></name>
  <birthDate value="1939-05-07"><extension url="urn:t"><valueTime value="01:00:00"/></extension></birthDate>
  <address><use value="home"/><line value="4 Mill Lane"/><city value="Aylsham"/>
    <postalCode value="NR11 6AA"/></address>
</Patient>"""
BOMB = """<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<Patient xmlns="http://hl7.org/fhir"><id value="&b;"/></Patient>"""
OUTSIDE = (
    """<?xml version="1.0"?><!DOCTYPE p SYSTEM "file:///etc/passwd"><Patient xmlns="http://hl7.org/fhir"/>"""
)


def of(feed: str, data: str | bytes) -> list[Any]:
    return list(FEEDS[feed].read(io.BytesIO(data.encode() if isinstance(data, str) else data)))


def fhir(*resources: dict[str, Any], **bundle: Any) -> list[Any]:
    entries = [{"resource": resource} for resource in resources]
    return of("fhir", orjson.dumps({"resourceType": "Bundle", "type": "batch", "entry": entries} | bundle))


def test_a_patient_in_xml_is_the_same_person() -> None:
    """Repeated elements, a narrative and an extension on a primitive are what official files have."""
    (person,) = of("fhir", XML_PATIENT)
    assert (person.family_name, person.given_name) == ("O'Neill", "Mary Ann")
    assert (person.nhs_number, person.nhs_number_verified) == ("9434765919", True)
    assert person.birth_date == dt.date(1939, 5, 7)
    assert person.address_lines == ("4 Mill Lane", "Aylsham")
    assert person.said_at == dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("document", "rule"),
    [
        (BOMB, "xml_entities"),
        (OUTSIDE, "xml_entities"),
        ("<Patient xmlns='http://hl7.org/fhir'><id value='1'/>", "xml"),
        ("<html><body/></html>", "resource_type"),
        ("<Patient xmlns='http://hl7.org/fhir'>" + "<extension>" * 5000, "too_deep"),
    ],
)
def test_hostile_or_broken_xml_is_refused(document: str, rule: str) -> None:
    """Entities are never expanded, nothing outside the file is read, depth is bounded."""
    with pytest.raises(FeedError) as refused:
        of("fhir", document)
    assert refused.value.rule == rule


def encounter(status: str, kind: str, **period: str) -> dict[str, Any]:
    return {
        "resourceType": "Encounter",
        "id": "e-1",
        "status": status,
        "class": {"code": kind},
        "subject": {"reference": "Patient/n-31"},
        "participant": [{"individual": {"reference": "Practitioner/w-1"}}],
        "period": period,
    }


def test_an_admission_is_an_absence_until_it_is_known_to_end() -> None:
    """While somebody is in hospital nobody is to knock at their door."""
    (stay,) = fhir(encounter("in-progress", "IMP", start="2026-03-02T23:30:00Z"))
    assert stay == AbsenceRecord("Encounter/e-1", stay.place, "n-31", "hospital", dt.date(2026, 3, 2))
    (over,) = fhir(encounter("finished", "IMP", start="2026-03-02", end="2026-03-09"))
    assert over.ends_on == dt.date(2026, 3, 9)


def test_a_visit_at_home_that_is_over_is_a_contact() -> None:
    """Class HH is home health; what happens elsewhere is passed over."""
    times = {"start": "2026-03-02T08:00:00Z", "end": "2026-03-02T08:25:10Z"}
    (contact,) = fhir(encounter("finished", "HH", **times))
    assert isinstance(contact, ContactRecord)
    assert (contact.worker_reference, contact.minutes) == ("w-1", 26)
    (elsewhere,) = fhir(encounter("finished", "AMB", **times))
    assert isinstance(elsewhere, Skipped)


def test_a_cancelled_admission_takes_back_what_it_said() -> None:
    """The key of the absence goes with it."""
    (back,) = fhir(encounter("entered-in-error", "IMP"))
    assert back.ends_need == "Encounter/e-1"


def test_the_end_of_care_is_an_absence_from_that_agency() -> None:
    """And an episode that is active again takes it back."""
    episode = {"resourceType": "EpisodeOfCare", "id": "c-1", "patient": {"reference": "Patient/n-31"}}
    (left,) = fhir(episode | {"status": "finished", "period": {"end": "2026-03-02"}})
    assert (left.cause, left.starts_on) == ("left", dt.date(2026, 3, 2))
    (again,) = fhir(episode | {"status": "active"})
    assert again.ends_need == "EpisodeOfCare/c-1"


def test_a_transaction_says_that_it_wants_all_or_nothing() -> None:
    """A batch does not."""
    patient = {"resourceType": "Patient", "id": "1", "name": [{"family": "Nguyễn"}]}
    assert isinstance(fhir(patient, type="transaction")[0], AllOrNothing)
    assert [type(one) for one in fhir(patient)] == [PersonRecord]


def test_a_put_gives_the_resource_its_id_and_the_bundle_its_time() -> None:
    """The time of the resource itself goes before that of the Bundle."""
    entry = {
        "resource": {"resourceType": "Patient", "name": [{"family": "Nguyễn"}]},
        "request": {"method": "PUT", "url": "Patient/n-7"},
    }
    bundle = {
        "resourceType": "Bundle",
        "type": "batch",
        "timestamp": "2026-03-02T08:00:00Z",
        "entry": [entry],
    }
    (person,) = of("fhir", orjson.dumps(bundle))
    assert (person.key, person.said_at) == ("n-7", dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC))


def test_a_request_says_what_it_replaces() -> None:
    """Two times of day today, one tomorrow: the other must end."""
    request = {
        "resourceType": "ServiceRequest",
        "id": "sr-1",
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/1"},
        "code": {"coding": [{"system": "urn:care-visits:task", "code": "insulin"}]},
        "occurrenceTiming": {
            "repeat": {
                "boundsPeriod": {"start": "2026-01-05"},
                "frequency": 2,
                "period": 1,
                "periodUnit": "d",
                "duration": 15,
                "durationUnit": "min",
                "timeOfDay": ["08:00:00", "18:00:00"],
            }
        },
    }
    *needs, replaces = fhir(request)
    assert isinstance(replaces, Replaces)
    assert [need.group for need in needs] == ["ServiceRequest/sr-1"] * 2
    assert replaces.live == ("ServiceRequest/sr-1@0800", "ServiceRequest/sr-1@1800")


CORE = """,Setting up,,Property,,,
Question,What is the property reference?,"If known, provide this property’s UPRN",Address Line 1,{questions}
Additional info,,,,,,
Values,"Alphanumeric,
with a line break",,,,,
Can be empty?,,,,,,
Type,,,,,,
Duplicate check field?,,,,,,
Bulk upload field number,14,18,19,23,24,44
,P-1,000100,4 Mill Lane,NR11,6AA,2
,P-2,,9 Church Street,NR25,6A,
,,,,,,1
,,,7 The Close,NR27,9AA,
""".format(
    questions="Part 1 of the property's postcode,Part 2 of the property's postcode,"
    "Is this letting in sheltered accommodation?"
)


def test_a_letting_is_a_home_without_a_name() -> None:
    """Eight heading rows, one of them over two lines; a good, a bad, a placeless and a nameless letting."""
    home, wrong, nowhere, without = of("core-lettings", CORE)
    assert home == HomeRecord(
        "P-1", "line 10", ("4 Mill Lane",), postcode="NR11 6AA", uprn="100", tenure="sheltered"
    )
    assert (wrong.field, wrong.rule) == ("postcode", "postcode")
    assert isinstance(nowhere, Skipped)
    assert (without.field, without.rule) == ("property_reference", "required")


def test_the_export_of_the_lettings_service_is_read_too() -> None:
    """Two heading rows, the second with codes."""
    text = (
        "Log ID,Property,Line 1,Postcode\nid,propcode,address_line1,postcode_full\n7,P-9,1 High St,NR11 6AA\n"
    )
    (home,) = of("core-lettings", text)
    assert (home.key, home.postcode, home.tenure) == ("P-9", "NR11 6AA", "social_rent")


@pytest.mark.parametrize(
    "text", ["a,b\n1,2\n", "a,b\n" + "1,2\n" * 20, "Question,UPRN\nBulk upload field number,1\n"]
)
def test_a_csv_that_is_no_letting_log_is_refused(text: str) -> None:
    """Within eight rows, whatever follows."""
    with pytest.raises(FeedError) as refused:
        of("core-lettings", text)
    assert refused.value.rule == "heading_missing"


FIRE = (
    "client_reference,family_name,visit_reference,referred_on,risk,smoking,visited_on,visited_at,visited_by\n"
)


@pytest.mark.parametrize(
    ("cells", "priority", "days"),
    [("very high,", 1, 7), (",10", 1, 7), (",8", 2, 14), (",4", 3, 28), (",1", 4, 56), (",", 3, 28)],
)
def test_the_risk_of_a_home_says_how_soon(cells: str, priority: int, days: int) -> None:
    """What the service says, else its highest factor."""
    _, need = of("fire-visits", f"{FIRE}F-1,Nguyễn,V-1,02/03/2026,{cells},,,\n")
    assert (need.priority, need.flexible_days, need.skills) == (priority, days, ("fire_safety",))


def test_a_fire_visit_that_was_made_is_a_contact_and_ends_the_one_to_come() -> None:
    """It is not asked for again."""
    _, contact, ends = of("fire-visits", f"{FIRE}F-1,Nguyễn,V-1,,,,03/03/2026,10:15,FF-1\n")
    assert isinstance(contact, ContactRecord)
    assert ends.ends_need == "V-1"
    _, wrong = of("fire-visits", f"{FIRE}F-1,Nguyễn,V-1,02/03/2026,,7,,,\n")
    assert (wrong.field, wrong.rule) == ("smoking", "risk_score")


MAPPING = {
    "columns": {
        "client_reference": ["rec"],
        "family_name": ["Surname"],
        "date_of_birth": ["dob"],
        "address": ["no", "street"],
        "need_reference": ["visit"],
        "starts": ["from"],
    },
    "constants": {
        "need": "Safe and well",
        "tasks": "fire_safety",
        "minutes": "40",
        "earliest": "09:00",
        "latest": "16:00",
    },
    "dates": "year first",
}


def test_a_partners_own_columns_are_read_by_a_mapping() -> None:
    """Columns are joined, constants fill in, 19390507 is a date; a second row says nothing new."""
    row = "1,O'Neill,19390507,4,Mill Lane"
    text = f"rec,Surname,dob,no,street,visit,from\n{row},V1,2026-03-02\n{row},,\n"
    person, need, again = reader("mapped", MAPPING).read(io.BytesIO(text.encode()))
    assert (person.birth_date, person.address_lines) == (dt.date(1939, 5, 7), ("4", "Mill Lane"))
    assert isinstance(need, NeedRecord)
    assert (need.title, need.minutes) == ("Safe and well", 40)
    assert isinstance(again, Skipped)


@pytest.mark.parametrize("wrong", [{}, {"columns": {"family_name": ["a"]}}, {"columns": {"password": ["a"]}}])
def test_a_mapping_that_cannot_be_used_is_refused(wrong: dict[str, Any]) -> None:
    """Before a byte is read."""
    assert mapped.problem_of(wrong)
    with pytest.raises(FeedError) as refused:
        list(reader("mapped", wrong).read(io.BytesIO(b"a\n1\n")))
    assert refused.value.rule == "mapping"


def test_a_heading_is_guessed() -> None:
    """Most of the work is done when the page opens."""
    columns = mapped.guess(["ID", "Surname", "Forename", "DOB", "Post code", "notes"])["columns"]
    assert columns["family_name"] == ["Surname"]
    assert columns["postcode"] == ["Post code"]
    assert set(columns) == {"client_reference", "family_name", "given_name", "date_of_birth", "postcode"}
    lines = mapped.guess(["Tenant ID", "Address 1", "Address 2", "Town", "County"])["columns"]
    assert lines == {"client_reference": ["Tenant ID"], "address": ["Address 1", "Address 2", "Town"]}


@pytest.mark.parametrize("outcome", ["NFA - Deceased", "NFA: Deceased"])
def test_both_releases_of_the_return_say_who_has_died(outcome: str) -> None:
    """Release 1 and Release 2 spell it differently."""
    heading = "LA Person Unique Identifier,First Name,Last Name,NHS Number,Gender,Date of Birth,Postcode"
    heading += ",Accommodation Status,Event Outcome\n"
    (person,) = of("client-level-data", f"{heading}8801,Mary,O'Neill,,Not stated,,,Unknown,{outcome}\n")
    assert (person.deceased, person.gender) == (True, None)
