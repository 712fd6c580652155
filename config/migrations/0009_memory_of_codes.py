"""What a code asked for before is remembered when the hub decides anew. See 0001_walls."""

from importlib import import_module

from django.db import migrations

walls = import_module("config.migrations.0001_walls")


class Migration(migrations.Migration):

    dependencies = [("config", "0008_walls_for_prevention"), ("hub", "0015_codes_of_tasks")]

    operations = [walls.remember("hub_taskcode")]
