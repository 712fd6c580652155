from django.urls import path
from rest_framework.routers import SimpleRouter

from hub.api.deliveries import DeliveriesViewSet, PushView
from hub.api.people import NeedsViewSet, PeopleViewSet
from hub.api.token import TokenView

router = SimpleRouter(use_regex_path=False)
router.register("people", PeopleViewSet, basename="person")
router.register("needs", NeedsViewSet, basename="need")
router.register("deliveries", DeliveriesViewSet, basename="delivery")

urlpatterns = [
    *router.urls,
    path("feeds/<slug:code>/deliveries/", PushView.as_view(), name="push"),
    path("token/", TokenView.as_view(), name="token"),
]
