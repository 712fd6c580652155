"""Errors as RFC 9457 problem details."""

from __future__ import annotations

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler


def as_problem_details(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turns an error of the API into application/problem+json."""
    response = exception_handler(error, context)
    if response is None:
        return None
    response.data = {
        "type": "about:blank",
        "title": response.status_text,
        "status": response.status_code,
        "detail": response.data,
    }
    response.content_type = "application/problem+json"
    return response
