from django.urls import path

from hub.pages import converters  # noqa: F401 (registers the days in addresses)
from scheduling.pages import (
    board_views,
    hand_views,
    merges,
    my_day,
    overview,
    publish_views,
    report_hours,
    reports,
    run_views,
    today,
    unit_costs,
)

urlpatterns = [
    path("", board_views.home, name="home"),
    path("week/", board_views.week, name="week"),
    path("today/", today.show, name="today"),
    path("overview/", overview.show, name="overview"),
    path("areas/<slug:code>/weeks/<day:week_start>/", board_views.show, name="board"),
    path("areas/<slug:code>/weeks/<day:week_start>/plan/", run_views.plan, name="plan"),
    path("reports/", reports.show, name="reports"),
    path("reports/hours/", report_hours.show, name="report-hours"),
    path("reports/costs/", unit_costs.index, name="unit-costs"),
    path("reports/costs/new/", unit_costs.new, name="unit-cost-new"),
    path("runs/", run_views.index, name="runs"),
    path("runs/<uuid:public_id>/progress/", run_views.progress, name="run-progress"),
    path("runs/<uuid:public_id>/cancel/", run_views.cancel, name="stop-run"),
    path("rotas/<uuid:public_id>/publish/", publish_views.publish, name="publish"),
    path("rotas/<uuid:public_id>/compare/", publish_views.compare, name="compare"),
    path("rotas/<uuid:public_id>/hand/", hand_views.hand, name="hand"),
    path("rotas/<uuid:public_id>/undo/", hand_views.undo, name="undo"),
    path("rotas/<uuid:public_id>/redo/", hand_views.redo, name="redo"),
    path("rotas/<uuid:public_id>/copy/", hand_views.copy, name="copy-rota"),
    path("rotas/<uuid:public_id>/changes/", hand_views.changes, name="changes"),
    path("merges/", merges.index, name="merges"),
    path("rotas/<uuid:public_id>/merges/decide/", merges.decide, name="merge-decide"),
    path("merges/decisions/<int:number>/undo/", merges.undo, name="merge-undo"),
    path("my-day/", my_day.show, name="my-day"),
    path("my-day/<day:day>/", my_day.show, name="my-day-on"),
]
