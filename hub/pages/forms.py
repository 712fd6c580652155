"""Forms that name each field's rule beside it, keep what was typed and lead to the first error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render


class DayInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        # Without a last day a browser takes years of six figures, and typing does not move on after four.
        super().__init__(attrs={"max": "9999-12-31"}, format="%Y-%m-%d")


class ClockInput(forms.TimeInput):
    """The browser's own clock."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class HouseForm(forms.Form):
    """The house's way of showing a form; `hub/form.html` draws it."""

    first_wrong = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField) and field.empty_label and field.required:
                field.empty_label = "Choose one"

    def refuse(self, error: ValidationError) -> None:
        """Puts the refusal of a service beside the fields that it names, the rest at the top."""
        for name, said in getattr(error, "message_dict", {"": error.messages}).items():
            self.add_error(name if name in self.fields else None, said)

    def full_clean(self) -> None:
        """Checks, and gives the first field that is wrong the focus."""
        super().full_clean()
        self._lead()

    def _lead(self) -> None:
        for name in self.errors:
            if name in self.fields:
                self.first_wrong = name
                widget = self.fields[name].widget
                if not widget.use_fieldset:  # a group of boxes is led to as a whole, by the template
                    widget.attrs["autofocus"] = True
                return


def answer(
    request: HttpRequest,
    form: HouseForm,
    *,
    title: str,
    button: str,
    back: str,
    act: Callable[[dict[str, Any]], str],
    then: str = "",
    intro: str = "",
) -> HttpResponse:
    """Shows the form, or does what it asks and says so; a refusal keeps all that was typed.

    `act` takes the cleaned values and returns what to tell; it may raise ValidationError. `back` is the
    address to return to, and also where success leads unless `then` is given.
    """
    if request.method == "POST" and form.is_valid():
        try:
            told = act(form.cleaned_data)
        except ValidationError as error:
            form.refuse(error)
            form._lead()
        else:
            messages.success(request, f"✓ {told}")
            return redirect(then or back)
    context = {"form": form, "title": title, "button": button, "back": back, "intro": intro}
    return render(request, "hub/form.html", context, status=400 if form.is_bound and form.errors else 200)
