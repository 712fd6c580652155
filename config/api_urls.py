"""The API, /api/v1/, its schema and a page to read it."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from hub.access import EVERYONE, allowed

urlpatterns = [
    path("v1/", include("hub.api.urls")),
    path("v1/", include("visits.api.urls")),
    path("v1/", include("scheduling.api.urls")),
    path("schema/", allowed(*EVERYONE)(SpectacularAPIView).as_view(), name="schema"),
    path("", allowed(*EVERYONE)(SpectacularSwaggerView).as_view(url_name="schema"), name="api-page"),
]
