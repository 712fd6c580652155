"""The API under /api/v1/, its schema, and a page to read it."""

from django.urls import include, path, re_path
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from hub.access import EVERYONE, allowed


@allowed(*EVERYONE)
class SchemaView(SpectacularAPIView):
    """The OpenAPI description, made from the API's own code."""


@allowed(*EVERYONE)
class ReadingPage(SpectacularSwaggerView):
    """A page to read and try the API; it needs nothing from the internet."""


@allowed(*EVERYONE)
class NowhereView(APIView):
    """An address that the API does not have is a problem document, not a page."""

    @extend_schema(exclude=True)
    def get(self, request: Request, rest: str = "") -> Response:
        raise NotFound("The API has nothing at this address; /api/ lists what it has.")

    post = put = patch = delete = get


urlpatterns = [
    path("v1/", include("hub.api.urls")),
    path("v1/", include("visits.api.urls")),
    path("v1/", include("scheduling.api.urls")),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("", ReadingPage.as_view(url_name="schema"), name="api-page"),
    re_path(r"^(?P<rest>.+)$", NowhereView.as_view(), name="api-nowhere"),
]
