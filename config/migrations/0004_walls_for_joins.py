"""Why somebody refused a join may say something of a person: it is for those who plan the area."""

from importlib import import_module

from django.db import migrations

walls = import_module("config.migrations.0001_walls")


class Migration(migrations.Migration):

    dependencies = [("config", "0003_walls_for_overrides"), ("scheduling", "0004_decisions_on_joins")]

    operations = [walls.put_up("scheduling_joindecision", f"area_id = ANY {walls.some('areas')}")]
