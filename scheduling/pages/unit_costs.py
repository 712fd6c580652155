"""What a mile, an hour of travel and a doorstep cost, since when and by whose word."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from hub.access import allowed
from hub.models import Role
from hub.pages.forms import DayInput, HouseForm, answer
from scheduling import selectors
from scheduling.models import UnitCost
from scheduling.pages.reports import READERS
from scheduling.reporting.costs import Prices
from scheduling.services import pricing
from visits import selectors as visits

SETTERS = (Role.AGENCY_MANAGER, Role.HUB_ADMINISTRATOR)
MOST = 200  # rows of the past that are shown


class CostForm(HouseForm):
    """Of what, for whom, how much, from when, who says so."""

    kind = forms.ChoiceField(choices=UnitCost.Kind.choices, label="Of what")
    agency = forms.ModelChoiceField(
        None, label="For whom", required=False, empty_label="The county: every agency without its own"
    )
    pounds = forms.DecimalField(
        min_value=0, max_digits=8, decimal_places=2, label="Pounds", help_text="Such as 0.45."
    )
    valid_from = forms.DateField(
        label="From", widget=DayInput, help_text="A week is priced at what is in force on its Monday."
    )
    source = forms.CharField(
        max_length=200,
        label="Source",
        help_text="Who says so and when: a publication with its year, a contract.",
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = [one.pk for one in visits.agency_marks() if user.agency_id in (None, one.pk)]
        self.fields["agency"].queryset = selectors.agencies_by_key(keys)
        if user.role != Role.HUB_ADMINISTRATOR:
            self.fields["agency"].required = True
            self.fields["agency"].empty_label = None


@allowed(*READERS)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The prices in force today, and all that were set."""
    rows = list(selectors.unit_costs(request.user)[: MOST + 1])
    prices, today = Prices(rows), timezone.localdate()
    in_force = [(prices.of(kind, agency=None, on=today), "the county") for kind in UnitCost.Kind.values]
    for agency in sorted({row.agency for row in rows if row.agency}, key=lambda agency: agency.name):
        for kind in UnitCost.Kind.values:
            price = prices.of(kind, agency=agency.pk, on=today)
            if price.row is not None and price.row.agency_id == agency.pk:
                in_force.append((price, agency.name))
    context = {"in_force": in_force, "rows": rows[:MOST], "may_set": request.user.role in SETTERS}
    return render(request, "scheduling/unit_costs.html", context)


@allowed(*SETTERS)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Sets a price from a day on."""
    form = CostForm(request.POST or None, user=request.user, initial={"valid_from": timezone.localdate()})

    def act(values: dict[str, Any]) -> str:
        cost = pricing.set_cost(**values, by=request.user, now=timezone.now())
        return f"{cost.get_kind_display()}: £{cost.pounds} from {cost.valid_from:%d/%m/%Y}."

    return answer(request, form, title="Set a price", button="Set it", back=reverse("unit-costs"), act=act)
