"""What stands before the first delivery: areas, agencies, agreements, delegations, skills, log-ins."""

from __future__ import annotations

import json
import os
import secrets
from datetime import date, timedelta
from pathlib import Path

from django.db import transaction

from config.demo import partners
from config.demo.locality import Locality
from config.demo.partner_files import Folder, PartnerFile
from hub.models import Agency, AgreementSignature, Area, Delegation, Feed, Role, SharingAgreement, Skill, User
from visits.models import Visit, Worker

READABLE = "abcdefghjkmnpqrstuvwxyz23456789"  # letters and digits that are not mistaken for others
LOG_INS = ("coordinator", "field-worker", "administrator", "manager", "fire-safety")


class OtherDataError(RuntimeError):
    """The database holds something that is not this demonstration."""


def signature(*, people: int, seed: int) -> str:
    """What tells one demonstration's rows from another's."""
    return f"Demonstration of {people} people, seed {seed}"


def refuse_other_data(*, people: int, seed: int) -> None:
    """Raises OtherDataError unless the database is empty or holds this very demonstration."""
    if not Agency.objects.exists():
        return
    held = set(AgreementSignature.objects.values_list("signed_by", flat=True))
    if held != {signature(people=people, seed=seed)}:
        holds = " and ".join(sorted(held)) or "agencies of its own"
        raise OtherDataError(
            f"This database holds something else ({holds}). Its rows would be mixed with the "
            "demonstration's, so nothing was done. Ask for the same PEOPLE and SEED again, or remove "
            "the private database with `make forget`."
        )


@transaction.atomic
def found(locality: Locality, files: Folder, *, people: int) -> None:
    """Make or bring up to date everything that partners agree on beforehand."""
    signed_by = signature(people=people, seed=locality.seed)
    for code, name in partners.SKILLS.items():
        Skill.objects.update_or_create(code=code, defaults={"name": name})
    for patch in locality.patches:
        Area.objects.update_or_create(
            code=partners.area_code(patch.town),
            defaults={"name": f"{patch.town} area", "postcode_sectors": list(patch.sectors)},
        )
    agencies = {}
    for one in locality.agencies:
        wanted = {"name": one.name, "kind": one.kind, "letter": one.letter, "hue": one.hue}
        agencies[one.code], _ = Agency.objects.update_or_create(code=one.code, defaults=wanted)
    for file in files.deliveries:
        wanted = {"agency": agencies[file.agency], "format": file.feed}
        Feed.objects.update_or_create(code=feed_code(file), defaults=wanted)
    for one in locality.agreements:
        agreement, _ = SharingAgreement.objects.update_or_create(
            reference=one.reference,
            version=1,
            defaults={
                "title": one.title,
                "purposes": list(one.purposes),
                "items": list(one.items),
                "article_6": one.article_6,
                "article_9": one.article_9,
                "schedule": one.schedule,
                "starts_on": one.starts_on,
                "ends_on": one.ends_on,
                "review_on": one.starts_on + timedelta(days=730),
                "signed_on": one.starts_on,
            },
        )
        agreement.parties.set([agencies[code] for code in one.parties])
        for code in one.parties:
            AgreementSignature.objects.get_or_create(
                agreement=agreement,
                agency=agencies[code],
                defaults={"signed_by": signed_by, "signed_on": one.starts_on},
            )
    began = date(locality.week_start.year - 1, 4, 1)
    for one in locality.delegations:
        Delegation.objects.update_or_create(
            from_agency=agencies[one.from_agency],
            to_agency=agencies[one.to_agency],
            skill_id=one.skill,
            defaults={"starts_on": began, "signed_by": signed_by},
        )


def feed_code(file: PartnerFile) -> str:
    """The feed that a file comes by."""
    return f"{file.agency}-{file.feed}"


def administrator() -> User:
    """In whose name the demonstration plans and publishes."""
    user, _ = User.objects.get_or_create(username="administrator", defaults={"role": Role.HUB_ADMINISTRATOR})
    return user


def log_ins(locality: Locality, *, vault: Path) -> list[tuple[str, str, str]]:
    """Role, user name and password of everyone who may log in; the passwords are made once and kept."""
    passwords = _passwords(vault)
    agencies = {agency.code: agency for agency in Agency.objects.all()}
    provider = partners.providers(0)[0]
    users = [
        _user("coordinator", Role.COORDINATOR, agencies[partners.SOCIAL_CARE], passwords),
        _user("field-worker", Role.FIELD_WORKER, agencies[provider], passwords),
        _user("administrator", Role.HUB_ADMINISTRATOR, None, passwords),
        _user("manager", Role.AGENCY_MANAGER, agencies[provider], passwords),
        _user("fire-safety", Role.COORDINATOR, agencies[partners.FIRE], passwords),
    ]
    for user in (users[0], users[-1]):
        user.areas.set(Area.objects.all())
    _give_rounds(users[1], provider, locality.week_start)
    return [(user.get_role_display(), user.username, passwords[user.username]) for user in users]


def _user(name: str, role: Role, agency: Agency | None, passwords: dict[str, str]) -> User:
    user, _ = User.objects.update_or_create(username=name, defaults={"role": role, "agency": agency})
    if not user.check_password(passwords[name]):
        user.set_password(passwords[name])
        user.save(update_fields=["password"])
    return user


def _give_rounds(user: User, provider: str, week_start: date) -> None:
    """Let the log-in be the agency's busiest worker of the published week, if nobody is it yet."""
    if Worker.objects.filter(user=user).exists():
        return
    staff = Worker.objects.filter(agency__code=provider, user__isnull=True)
    published = Visit.objects.filter(
        is_published=True, rota__week_start=week_start, worker__in=staff
    ).values_list("worker_id", flat=True)
    visited = list(published)
    if visited:
        busiest = min(set(visited), key=lambda worker: (-visited.count(worker), worker))
        Worker.objects.filter(pk=busiest).update(user=user)


def _passwords(vault: Path) -> dict[str, str]:
    """Those kept, and new ones for log-ins that the vault of an earlier version does not know."""
    vault.parent.mkdir(mode=0o700, exist_ok=True)
    kept = json.loads(vault.read_text()) if vault.exists() else {}
    made = {
        name: "-".join("".join(secrets.choice(READABLE) for _ in range(5)) for _ in range(3))
        for name in LOG_INS
        if name not in kept
    }
    if made:
        with open(os.open(vault, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(kept | made, file)
    return kept | made
