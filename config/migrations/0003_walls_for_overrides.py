"""Why somebody overrode a rule may say something of a person: it is for those who plan the rota's area."""

from importlib import import_module

from django.db import migrations

walls = import_module("config.migrations.0001_walls")


class Migration(migrations.Migration):

    dependencies = [("config", "0002_walls_for_absences"), ("visits", "0004_changes_by_hand")]

    operations = [
        walls.put_up(
            "visits_override",
            f"rota_id IN (SELECT id FROM visits_rota WHERE area_id = ANY {walls.some('areas')})",
        )
    ]
