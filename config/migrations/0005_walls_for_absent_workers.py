"""Why a worker is away is for those who plan the worker's area and for the employer. See 0001_walls."""

from importlib import import_module

from django.db import migrations

walls = import_module("config.migrations.0001_walls")


class Migration(migrations.Migration):

    dependencies = [("config", "0004_walls_for_joins"), ("visits", "0007_absences")]

    operations = [
        walls.put_up(
            "visits_absence",
            "worker_id IN (SELECT id FROM visits_worker WHERE"
            f" area_id = ANY {walls.some('areas')} OR agency_id = ANY {walls.some('staff')})",
        ),
        walls.remember("visits_absence"),
    ]
