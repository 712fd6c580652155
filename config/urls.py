"""Every address. Each app keeps its own pages and its own part of the API."""

from django.urls import include, path

urlpatterns = [
    path("", include("hub.pages.urls")),
    path("", include("visits.pages.urls")),
    path("", include("scheduling.pages.urls")),
    path("api/", include("config.api_urls")),
]
