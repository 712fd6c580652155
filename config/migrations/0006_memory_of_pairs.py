"""What was kept apart, and how far, is remembered when it is changed or ended."""

from importlib import import_module

from django.db import migrations

walls = import_module("config.migrations.0001_walls")


class Migration(migrations.Migration):

    dependencies = [("config", "0005_walls_for_absent_workers"), ("hub", "0011_who_set_pairs")]

    operations = [walls.remember("hub_keepseparate"), walls.remember("hub_needgap")]
