"""What came of offering a fire safety visit is the fire service's own record. See 0001_walls."""

from importlib import import_module

from django.db import migrations

walls = import_module("config.migrations.0001_walls")


class Migration(migrations.Migration):

    dependencies = [("config", "0007_walls_for_contact_times"), ("hub", "0014_prevention")]

    operations = [
        walls.put_up("hub_preventionanswer", f"agency_id = ANY {walls.some('tasks')}"),
        walls.remember("hub_preventionanswer"),
    ]
