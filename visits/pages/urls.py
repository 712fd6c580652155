from django.urls import path

from hub.pages import converters  # noqa: F401 (registers the days in addresses)
from visits.pages import (
    absences,
    calendar,
    competences,
    household,
    occurrence,
    panels,
    people,
    person,
    quality,
    rights,
    workers,
)

urlpatterns = [
    path("visits/<uuid:public_id>/", panels.visit, name="visit"),
    path("needs/<uuid:public_id>/<day:due_on>/", occurrence.show, name="occurrence"),
    path("people/", people.index, name="people"),
    path("people/<uuid:public_id>/", person.show, name="person"),
    path("people/<uuid:public_id>/household/", household.show, name="household"),
    path("people/<uuid:public_id>/rights/", rights.show, name="person-rights"),
    path("people/<uuid:public_id>/changes/", rights.changed, name="person-changes"),
    path("people/<uuid:public_id>/rights/objection/", rights.object_to, name="person-object"),
    path("people/<uuid:public_id>/rights/hold/", rights.hold, name="person-hold"),
    path("people/<uuid:public_id>/rights/take-back/", rights.take_back, name="person-take-back"),
    path("people/<uuid:public_id>/rights/export/", rights.export, name="person-export"),
    path("people/<uuid:public_id>/notes/new/", rights.new_note, name="note-new"),
    path("people/<uuid:public_id>/notes/<int:number>/", rights.review_note, name="note-review"),
    path("data-quality/", quality.index, name="quality"),
    path("workers/", workers.index, name="workers"),
    path("workers/<uuid:public_id>/", workers.show, name="worker"),
    path("calendar/visits.ics", calendar.feed, name="calendar"),
    path("my-calendar/", calendar.own, name="own-calendar"),
    path("workers/<uuid:public_id>/calendar/revoke/", calendar.revoke, name="calendar-revoke"),
    path("workers/<uuid:public_id>/competences/new/", competences.new, name="competence-new"),
    path("workers/<uuid:public_id>/competences/<int:number>/end/", competences.end, name="competence-end"),
    path("workers/<uuid:public_id>/absences/new/", absences.new, name="absence-new"),
    path("workers/<uuid:public_id>/absences/<int:number>/end/", absences.end, name="absence-end"),
    path("workers/<uuid:public_id>/absences/<int:number>/back/", absences.take_back, name="absence-back"),
    path("workers/<uuid:public_id>/<day:day>/", panels.worker_day, name="worker-day"),
]
