from django.urls import path
from rest_framework.routers import SimpleRouter

from scheduling.api.runs import PublishView, RunsViewSet

router = SimpleRouter(use_regex_path=False)
router.register("runs", RunsViewSet, basename="run")

urlpatterns = [
    *router.urls,
    path("rotas/<uuid:public_id>/publish/", PublishView.as_view(), name="rota-publish"),
]
