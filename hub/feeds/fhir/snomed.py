"""SNOMED CT codes in CodeableConcepts. What they mean is for the hub to say; here they are only read."""

from __future__ import annotations

import re
from typing import Any

from hub.feeds.fhir.elements import codings, text
from hub.feeds.fhir.verhoeff import is_valid
from hub.feeds.values import RefusedError

SYSTEM = "http://snomed.info/sct"
LONGEST_DISPLAY = 120


def snomed_codes(concepts: Any) -> tuple[tuple[str, str], ...]:
    """Each code with what the sender calls it. Raises `RefusedError` for what is no code of SNOMED CT."""
    found = {
        code: text(coding.get("display"))[:LONGEST_DISPLAY]
        for coding in codings(concepts)
        if text(coding.get("system")) == SYSTEM and (code := text(coding.get("code")))
    }
    if wrong := next((code for code in found if not is_code(code)), None):
        raise RefusedError(
            "snomed_code",
            "Write one SNOMED CT identifier: 6 to 18 digits, the last a check digit.",
            field="code",
            value_class="number" if wrong.isdigit() else "text",
        )
    return tuple(found.items())


def is_code(code: str) -> bool:
    """Whether it is written as an identifier of SNOMED CT is: with its Verhoeff check digit."""
    return bool(re.fullmatch(r"[1-9][0-9]{5,17}", code)) and is_valid(code)
