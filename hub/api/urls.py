from django.urls import path
from rest_framework.routers import SimpleRouter

from hub.api.people import NeedsViewSet, PeopleViewSet
from hub.api.token import TokenView

router = SimpleRouter(use_regex_path=False)
router.register("people", PeopleViewSet, basename="person")
router.register("needs", NeedsViewSet, basename="need")

urlpatterns = [*router.urls, path("token/", TokenView.as_view(), name="token")]
