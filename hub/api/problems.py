"""Errors of the API as problem details (RFC 9457, application/problem+json)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

MEDIA_TYPE = "application/problem+json"


class Conflict(APIException):
    """The request is well formed, but what it asks for cannot be done now. `reasons` say why."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = "This cannot be done now."
    default_code = "conflict"

    def __init__(self, detail: str, reasons: list[str] | None = None) -> None:
        super().__init__(detail)
        self.reasons = reasons or []


def as_problem_details(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turns an error of an API view into problem details; errors that are not its own go on."""
    response = exception_handler(error, context)
    if response is None:
        return None
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": response.status_text,
        "status": response.status_code,
    }
    if isinstance(error, ValidationError):
        problem["detail"] = "Some fields are not right; errors names each with its rule."
        problem["errors"] = list(_field_errors(error.detail))
    else:
        problem["detail"] = _sentence(response.data)
    if isinstance(error, Conflict) and error.reasons:
        problem["reasons"] = error.reasons
    answer = Response(problem, status=response.status_code, content_type=MEDIA_TYPE)
    for header in ("WWW-Authenticate", "Retry-After", "Allow"):
        if header in response.headers:
            answer[header] = response.headers[header]
    return answer


def _field_errors(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _field_errors(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _field_errors(inner, path)
    else:
        yield {
            "field": path or "non_field_errors",
            "rule": getattr(detail, "code", ""),
            "message": str(detail),
        }


def _sentence(data: Any) -> str:
    detail = data.get("detail", data) if isinstance(data, dict) else data
    return str(detail)
