from django.urls import path

from hub.pages import converters  # noqa: F401 (registers the days in addresses)
from scheduling.pages import board_views, my_day, overview, publish_views, run_views, today

urlpatterns = [
    path("", board_views.home, name="home"),
    path("week/", board_views.week, name="week"),
    path("today/", today.show, name="today"),
    path("overview/", overview.show, name="overview"),
    path("areas/<slug:code>/weeks/<day:week_start>/", board_views.show, name="board"),
    path("areas/<slug:code>/weeks/<day:week_start>/plan/", run_views.plan, name="plan"),
    path("runs/", run_views.index, name="runs"),
    path("runs/<uuid:public_id>/progress/", run_views.progress, name="run-progress"),
    path("runs/<uuid:public_id>/cancel/", run_views.cancel, name="stop-run"),
    path("rotas/<uuid:public_id>/publish/", publish_views.publish, name="publish"),
    path("rotas/<uuid:public_id>/compare/", publish_views.compare, name="compare"),
    path("my-day/", my_day.show, name="my-day"),
    path("my-day/<day:day>/", my_day.show, name="my-day-on"),
]
