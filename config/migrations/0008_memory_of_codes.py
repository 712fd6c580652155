"""What a code asked for before is remembered when the hub decides anew. See 0001_walls."""

from importlib import import_module

from django.db import migrations

walls = import_module("config.migrations.0001_walls")


class Migration(migrations.Migration):

    dependencies = [("config", "0007_walls_for_contact_times"), ("hub", "0014_codes_of_tasks")]

    operations = [walls.remember("hub_taskcode")]
