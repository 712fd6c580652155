"""Who takes part: agencies, the areas that are planned, tasks, and what one lets another do."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from hub import selectors
from hub.access import allowed
from hub.models import Agency, Area, Delegation, Role
from hub.pages.forms import DayInput, HouseForm, answer
from hub.pages.listing import Filter, Listing
from hub.services import agencies as services
from hub.services import sharing

ADMINISTRATOR = Role.HUB_ADMINISTRATOR
STANDINGS = (("force", "In force"), ("later", "Later"), ("over", "Over"))
SLUG = "Letters, digits and hyphens. Files and addresses use it; it never changes."


class AgencyForm(HouseForm):
    """What the house knows of an agency."""

    code = forms.SlugField(max_length=40, help_text=SLUG)
    name = forms.CharField(max_length=120, help_text="As people know it.")
    kind = forms.ChoiceField(
        choices=Agency.Kind.choices,
        help_text="Fire and housing may never have NHS numbers, nor what is done at a visit of care.",
    )
    letter = forms.CharField(max_length=2, help_text="One or two letters that stand for it on the board.")
    hue = forms.TypedChoiceField(
        label="Pattern",
        coerce=int,
        choices=[(number, f"Pattern {number}") for number in range(1, 9)],
        help_text="Its colour and pattern on the board.",
    )
    is_active = forms.BooleanField(
        label="Takes part", required=False, help_text="Without the tick it shares and is planned no more."
    )


class AreaForm(HouseForm):
    """A patch that one coordinator plans."""

    code = forms.SlugField(max_length=40, help_text=SLUG)
    name = forms.CharField(max_length=120, help_text="As coordinators call it.")
    sectors = forms.CharField(
        label="Postcode sectors",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="With commas or line ends between them: NR11 6, NR11 7. A sector lies in one area.",
    )


class DelegationForm(HouseForm):
    """Whose workers may do which task for whom."""

    from_agency = forms.ModelChoiceField(None, label="Agency", help_text="It lets the other do it.")
    to_agency = forms.ModelChoiceField(None, label="lets workers of", help_text="Only those signed off.")
    skill = forms.ModelChoiceField(None, label="do this task", help_text="For the first agency's people.")
    starts_on = forms.DateField(label="First day", widget=DayInput, help_text="Counted from midnight.")
    ends_on = forms.DateField(label="Last day", widget=DayInput, required=False, help_text="Empty: no end.")
    signed_by = forms.CharField(
        label="Signed by", max_length=120, help_text="Name and office of who answers for it, as on the paper."
    )

    def __init__(self, *args: Any, agencies: Any, skills: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_agency"].queryset = self.fields["to_agency"].queryset = agencies
        self.fields["skill"].queryset = skills


class EndForm(HouseForm):
    """When it ends."""

    ends_on = forms.DateField(label="Last day", widget=DayInput, help_text="From the next day on it is over.")


class SkillForm(HouseForm):
    """A task that a worker must be signed off for."""

    code = forms.SlugField(max_length=40, help_text="As in the files, such as wound_care. It never changes.")
    name = forms.CharField(max_length=120, help_text="As people say it, such as Wound care.")


@allowed(ADMINISTRATOR)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Agencies, areas and tasks on one page: what must stand before anything can be planned."""
    context = {
        "agencies": selectors.agencies(request.user),
        "areas": selectors.areas(request.user),
        "skills": selectors.skills(),
        "left_out": selectors.agencies_left_out(on=timezone.localdate()),
    }
    return render(request, "hub/agencies.html", context)


@allowed(ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def new_agency(request: HttpRequest) -> HttpResponse:
    """Adds an agency."""
    return _agency(request, Agency(), {"is_active": True}, title="New agency", button="Add the agency")


@allowed(ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def change_agency(request: HttpRequest, code: str) -> HttpResponse:
    """Changes an agency; its code stays."""
    agency = get_object_or_404(selectors.agencies(request.user), code=code)
    initial = {name: getattr(agency, name) for name in AgencyForm.base_fields}
    return _agency(request, agency, initial, title=f"Change {agency.name}", button="Save")


def _agency(request: HttpRequest, agency: Agency, initial: dict[str, Any], **words: str) -> HttpResponse:
    form = AgencyForm(request.POST or None, initial=initial)
    if agency.pk:
        del form.fields["code"]

    def act(values: dict[str, Any]) -> str:
        return f"{services.save_agency(agency=agency, **values).name} is saved."

    return answer(request, form, back=reverse("agencies"), act=act, **words)


@allowed(ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def new_area(request: HttpRequest) -> HttpResponse:
    """Adds an area."""
    return _area(request, Area(), {}, title="New area", button="Add the area")


@allowed(ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def change_area(request: HttpRequest, code: str) -> HttpResponse:
    """Changes an area; its code stays."""
    area = get_object_or_404(selectors.areas(request.user), code=code)
    initial = {"name": area.name, "sectors": ", ".join(area.postcode_sectors)}
    return _area(request, area, initial, title=f"Change {area.name}", button="Save")


def _area(request: HttpRequest, area: Area, initial: dict[str, Any], **words: str) -> HttpResponse:
    form = AreaForm(request.POST or None, initial=initial)
    if area.pk:
        del form.fields["code"]

    def act(values: dict[str, Any]) -> str:
        return f"{services.save_area(area=area, **values).name} is saved, and every address has its area."

    return answer(request, form, back=reverse("agencies"), act=act, **words)


@allowed(ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def new_skill(request: HttpRequest) -> HttpResponse:
    """Adds a task to the county's list."""
    form = SkillForm(request.POST or None)

    def act(values: dict[str, Any]) -> str:
        return f"{services.add_skill(**values).name} is on the list."

    return answer(request, form, title="New task", button="Add the task", back=reverse("agencies"), act=act)


@allowed(Role.AGENCY_MANAGER, ADMINISTRATOR)
@require_GET
def delegations(request: HttpRequest) -> HttpResponse:
    """What agencies let each other do, and until when."""
    today = timezone.localdate()
    mine = selectors.delegations(request.user)
    givers = mine.order_by("from_agency__name").values_list("from_agency__code", "from_agency__name")
    holders = mine.order_by("to_agency__name").values_list("to_agency__code", "to_agency__name")
    listing = Listing(
        request,
        mine.select_related("from_agency", "to_agency", "skill"),
        file_name="delegations",
        columns=(
            ("agency", lambda one: one.from_agency.name),
            ("lets workers of", lambda one: one.to_agency.name),
            ("do", lambda one: one.skill.name),
            ("from", lambda one: one.starts_on),
            ("until", lambda one: one.ends_on),
            ("signed by", lambda one: one.signed_by),
        ),
        search=("skill__name__icontains", "signed_by__icontains"),
        label="Find by task or signature",
        hint="Part of the task's name, or of who signed",
        filters=[
            Filter(
                "agency",
                "Agency",
                list(givers.distinct()),
                lambda rows, one: rows.filter(from_agency__code=one),
            ),
            Filter(
                "workers",
                "Workers of",
                list(holders.distinct()),
                lambda rows, one: rows.filter(to_agency__code=one),
            ),
            Filter("standing", "Standing", STANDINGS, lambda rows, one: _standing(rows, one, today)),
        ],
    )
    rows = [
        (one, one.starts_on <= today and (one.ends_on is None or one.ends_on >= today))
        for one in listing.page
    ]
    context = {
        "listing": listing,
        "rows": rows,
        "today": today,
        "may_change": request.user.role == ADMINISTRATOR,
    }
    return listing.answer or render(request, "hub/delegations.html", context)


def _standing(found: QuerySet[Delegation], standing: str, today: date) -> QuerySet[Delegation]:
    if standing == "later":
        return found.filter(starts_on__gt=today)
    if standing == "over":
        return found.filter(ends_on__lt=today)
    return found.filter(starts_on__lte=today).exclude(ends_on__lt=today)


@allowed(ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def new_delegation(request: HttpRequest) -> HttpResponse:
    """Lets one agency's workers do a task for the people of another."""
    form = DelegationForm(
        request.POST or None,
        agencies=selectors.agencies(request.user).filter(is_active=True),
        skills=selectors.skills(),
        initial={"starts_on": timezone.localdate()},
    )

    def act(values: dict[str, Any]) -> str:
        one = sharing.delegate(by=request.user, **values)
        return f"Workers of {one.to_agency} may now do “{one.skill}” for people of {one.from_agency}."

    return answer(
        request, form, title="New delegation", button="Delegate", back=reverse("delegations"), act=act
    )


@allowed(ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def end_delegation(request: HttpRequest, number: int) -> HttpResponse:
    """Ends a delegation with a day."""
    delegation = get_object_or_404(selectors.delegations(request.user), pk=number)
    form = EndForm(request.POST or None, initial={"ends_on": timezone.localdate()})

    def act(values: dict[str, Any]) -> str:
        sharing.end_delegation(delegation=delegation, on=values["ends_on"], by=request.user)
        return f"The delegation ends with {values['ends_on']:%d/%m/%Y}."

    title = f"End: {delegation}"
    return answer(request, form, title=title, button="End it", back=reverse("delegations"), act=act)
