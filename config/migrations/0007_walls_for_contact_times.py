"""When a person asks for calls is for whoever sees the record that it was noted on. See 0001_walls."""

from importlib import import_module

from django.db import migrations

walls = import_module("config.migrations.0001_walls")


class Migration(migrations.Migration):

    dependencies = [("config", "0006_memory_of_pairs"), ("hub", "0013_contact_times")]

    operations = [walls.put_up("hub_contacttimes", walls.SEES_RECORD)]
