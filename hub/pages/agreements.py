"""The register of sharing agreements: who may use what for what, until when."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from hub import selectors
from hub.access import allowed
from hub.models import Role, SharingAgreement
from hub.pages.forms import DayInput, HouseForm, answer
from hub.pages.listing import Filter, Listing, by_words
from hub.services import sharing

READERS = (Role.COORDINATOR, Role.AGENCY_MANAGER, Role.HUB_ADMINISTRATOR)
Terms = SharingAgreement
PAGE = 20  # agreements; each is a card
COLUMNS = (
    ("reference", lambda one: one.reference),
    ("version", lambda one: one.version),
    ("title", lambda one: one.title),
    ("parties", lambda one: ", ".join(party.name for party in one.parties.all())),
    ("purposes", lambda one: ", ".join(Terms.Purpose(purpose).label for purpose in one.purposes)),
    ("data items", lambda one: ", ".join(Terms.Item(item).label for item in one.items)),
    ("first day", lambda one: one.starts_on),
    ("last day", lambda one: one.ends_on),
    ("review by", lambda one: one.review_on),
)


class TermsForm(HouseForm):
    """What is agreed."""

    reference = forms.SlugField(
        max_length=40, help_text="Letters, digits and hyphens, such as coordination-2027. It never changes."
    )
    title = forms.CharField(max_length=200, help_text="What people call it, at most 200 characters.")
    parties = forms.ModelMultipleChoiceField(
        None,
        widget=forms.CheckboxSelectMultiple,
        help_text="At least two. Each of them may use what the others send, as far as it is ticked below.",
    )
    purposes = forms.MultipleChoiceField(
        choices=Terms.Purpose.choices, widget=forms.CheckboxSelectMultiple, help_text="At least one."
    )
    items = forms.MultipleChoiceField(
        label="Data items",
        choices=Terms.Item.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="As few as will do. Fire and housing may never have NHS numbers, nor what is done at a"
        " visit of health or care.",
    )
    article_6 = forms.ChoiceField(
        label="Article 6 basis",
        choices=Terms.Article6.choices,
        initial=Terms.Article6.PUBLIC_TASK,
        help_text="Legitimate interests are not open to public authorities.",
    )
    article_9 = forms.ChoiceField(
        label="Article 9 condition",
        choices=[("", "None"), *Terms.Article9.choices],
        required=False,
        help_text="Needed for anything beyond identity and address: being visited tells of one's health.",
    )
    schedule = forms.CharField(
        label="Schedule 1 paragraph",
        max_length=200,
        required=False,
        help_text="Data Protection Act 2018, such as: Part 1, paragraph 2 (health or social care).",
    )
    retention_months = forms.IntegerField(
        label="Kept for, months",
        min_value=1,
        max_value=1200,
        initial=96,
        help_text="After the last contact; then erased by the retention run unless held. 96 is eight years.",
    )
    starts_on = forms.DateField(
        label="First day", widget=DayInput, help_text="In force from here, once all have signed."
    )
    ends_on = forms.DateField(
        label="Last day", widget=DayInput, required=False, help_text="Empty: no end, only the review."
    )
    review_on = forms.DateField(
        label="Review by", widget=DayInput, help_text="A reminder is shown from 60 days before."
    )

    def __init__(self, *args: Any, parties: Any, fixed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parties"].queryset = parties
        if fixed:
            del self.fields["reference"]


class SignatureForm(HouseForm):
    """Who signed for which party."""

    agency = forms.ModelChoiceField(None, label="For", help_text="Parties that have not signed yet.")
    signed_by = forms.CharField(
        label="Signed by", max_length=120, help_text="Name and office of whoever signed, as on the paper."
    )
    signed_on = forms.DateField(label="Signed on", widget=DayInput, help_text="The day on the paper.")

    def __init__(self, *args: Any, parties: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = parties


class EndForm(HouseForm):
    """When and why it ends."""

    ended_on = forms.DateField(
        label="Last day",
        widget=DayInput,
        help_text="From the next day nothing is taken in, shown or planned.",
    )
    because = forms.CharField(
        label="Reason", max_length=200, help_text="At most 200 characters, without names of people cared for."
    )


@allowed(*READERS)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every agreement's newest version first, with how it stands."""
    today = timezone.localdate()
    mine = selectors.agreements(request.user)
    parties = selectors.agencies(request.user).values_list("code", "name")
    listing = Listing(
        request,
        mine.prefetch_related("parties", "signatures"),
        file_name="agreements",
        columns=COLUMNS,
        search=("title__icontains", "reference__icontains"),
        label="Find by title",
        hint="Part of the title or of the reference",
        filters=[
            Filter("party", "Party", by_words(parties), lambda rows, one: rows.filter(parties__code=one)),
            Filter(
                "purpose",
                "Purpose",
                Terms.Purpose.choices,
                lambda rows, one: rows.filter(purposes__contains=[one]),
            ),
        ],
        size=PAGE,
    )
    context = {
        "listing": listing,
        "rows": [_row(request, agreement, today) for agreement in listing.page],
        "may_change": request.user.role == Role.HUB_ADMINISTRATOR,
    }
    return listing.answer or render(request, "hub/agreements.html", context)


@allowed(*READERS)
@require_GET
def show(request: HttpRequest, reference: str) -> HttpResponse:
    """One agreement: every version as it was, and who signed it when."""
    today = timezone.localdate()
    versions = _versions(request, reference)
    context = {
        "rows": [_row(request, one, today) for one in versions],
        "newest": versions[0],
        "may_change": request.user.role == Role.HUB_ADMINISTRATOR,
    }
    return render(request, "hub/agreement.html", context)


@allowed(Role.HUB_ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Writes a new agreement down."""
    parties = selectors.agencies(request.user).filter(is_active=True)
    form = TermsForm(request.POST or None, parties=parties, initial={"starts_on": timezone.localdate()})

    def act(values: dict[str, Any]) -> str:
        if values["reference"] == "new":
            raise forms.ValidationError({"reference": "This word is an address of the site; choose another."})
        if selectors.agreements(request.user).filter(reference=values["reference"]).exists():
            raise forms.ValidationError({"reference": "There is one with this reference: amend it instead."})
        agreement = sharing.record_agreement(by=request.user, **values)
        return f"{agreement.title} is written down. It comes into force once every party has signed."

    return answer(
        request, form, title="New agreement", button="Write it down", back=reverse("agreements"), act=act
    )


@allowed(Role.HUB_ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def amend(request: HttpRequest, reference: str) -> HttpResponse:
    """Writes the next version down; the one in force stays so until all have signed."""
    newest = _versions(request, reference)[0]
    initial = {name: getattr(newest, name) for name in sharing.TERMS}
    initial |= {"parties": newest.parties.all(), "starts_on": timezone.localdate()}
    parties = selectors.agencies(request.user).filter(is_active=True)
    form = TermsForm(request.POST or None, parties=parties, fixed=True, initial=initial)

    def act(values: dict[str, Any]) -> str:
        made = sharing.record_agreement(reference=reference, by=request.user, **values)
        return f"Version {made.version} is written down. Until every party has signed it, nothing changes."

    back = reverse("agreement", args=[reference])
    title = f"Amend {newest.title}"
    return answer(request, form, title=title, button="Write the version down", back=back, act=act)


@allowed(Role.HUB_ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, reference: str) -> HttpResponse:
    """Notes that a party has signed the newest version."""
    newest = _versions(request, reference)[0]
    waiting = newest.parties.exclude(signatures__agreement=newest)
    form = SignatureForm(request.POST or None, parties=waiting, initial={"signed_on": timezone.localdate()})

    def act(values: dict[str, Any]) -> str:
        sharing.sign(agreement=newest, by=request.user, **values)
        left = newest.parties.exclude(signatures__agreement=newest).count()
        return f"Signed for {values['agency']}. " + (
            f"{left} still to sign." if left else "All have signed; it is in force from its first day."
        )

    back = reverse("agreement", args=[reference])
    title = f"Signature on {newest.title}, version {newest.version}"
    return answer(request, form, title=title, button="Note the signature", back=back, act=act)


@allowed(Role.HUB_ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, reference: str) -> HttpResponse:
    """Ends the version in force early."""
    today = timezone.localdate()
    versions = _versions(request, reference)
    current = next((one for one in versions if one.signed_on), versions[0])
    form = EndForm(request.POST or None, initial={"ended_on": today})

    def act(values: dict[str, Any]) -> str:
        sharing.end_agreement(
            agreement=current, on=values["ended_on"], because=values["because"], by=request.user
        )
        return f"{current.title} ends with {values['ended_on']:%d/%m/%Y}."

    back = reverse("agreement", args=[reference])
    return answer(
        request,
        form,
        title=f"End {current.title}, version {current.version}",
        button="End it",
        back=back,
        act=act,
        intro="After its last day nothing under it is taken in, shown, exported or planned.",
    )


def _versions(request: HttpRequest, reference: str) -> list[SharingAgreement]:
    found = selectors.agreements(request.user).filter(reference=reference)
    found = found.prefetch_related("parties", "signatures__agency")
    get_object_or_404(found.order_by("-version")[:1])
    return list(found.order_by("-version"))


def _row(request: HttpRequest, agreement: SharingAgreement, today: date) -> dict[str, Any]:
    purposes, items = dict(Terms.Purpose.choices), dict(Terms.Item.choices)
    signed = {one.agency_id for one in agreement.signatures.all()}
    return {
        "agreement": agreement,
        "standing": selectors.standing(agreement, on=today),
        "purposes": [purposes.get(code, code) for code in agreement.purposes],
        "items": [items.get(code, code) for code in agreement.items],
        "unsigned": [party for party in agreement.parties.all() if party.pk not in signed],
    }
