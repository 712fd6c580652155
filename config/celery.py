"""Celery: the hands. Tasks carry an id, guard on state and may run twice."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("care")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["hub.services.receiving"])
app.conf.beat_schedule = {
    # 03:30 local: never between 01:00 and 02:00, which a clock change skips or repeats.
    "overnight": {"task": "scheduling.tasks.open_overnight", "schedule": crontab(hour=3, minute=30)},
    "erasures": {"task": "visits.tasks.erase_expired", "schedule": crontab(hour=4, minute=45, day_of_week=0)},
    # Whoever misses a turn is not made up for: the next one finds all that waits.
    "compare": {"task": "hub.tasks.compare_records", "schedule": 60.0, "options": {"expires": 55}},
    "reviews": {"task": "hub.tasks.remind_of_reviews", "schedule": crontab(hour=6, minute=0)},
    "count-hours": {"task": "scheduling.tasks.count_hours_ahead", "schedule": crontab(hour=5, minute=0)},
    "count-weeks": {"task": "scheduling.tasks.count_what_is_missing", "schedule": crontab(minute=20)},
    "sweep": {"task": "scheduling.tasks.sweep", "schedule": 30.0},
    "sweep-deliveries": {"task": "hub.sweep_deliveries", "schedule": 30.0},
}
