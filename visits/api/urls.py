from rest_framework.routers import SimpleRouter

from visits.api.rotas import RotasViewSet, VisitsViewSet

router = SimpleRouter(use_regex_path=False)
router.register("rotas", RotasViewSet, basename="rota")
router.register("visits", VisitsViewSet, basename="visit")

urlpatterns = router.urls
