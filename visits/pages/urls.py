from django.urls import path

from hub.pages import converters  # noqa: F401 (registers the days in addresses)
from visits.pages import competences, occurrence, panels, people, person, workers

urlpatterns = [
    path("visits/<uuid:public_id>/", panels.visit, name="visit"),
    path("needs/<uuid:public_id>/<day:due_on>/", occurrence.show, name="occurrence"),
    path("people/", people.index, name="people"),
    path("people/<uuid:public_id>/", person.show, name="person"),
    path("workers/", workers.index, name="workers"),
    path("workers/<uuid:public_id>/", workers.show, name="worker"),
    path("workers/<uuid:public_id>/competences/new/", competences.new, name="competence-new"),
    path("workers/<uuid:public_id>/competences/<int:number>/end/", competences.end, name="competence-end"),
    path("workers/<uuid:public_id>/<day:day>/", panels.worker_day, name="worker-day"),
]
