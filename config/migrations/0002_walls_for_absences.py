"""Walls for what an agency says of absences and homes. See 0001_walls."""

from importlib import import_module

from django.db import migrations

walls = import_module("config.migrations.0001_walls")
RECORDS = walls.VISIBLE["hub_sourcerecord"]
# What a landlord says of a home is about nobody, and is taken over into the address.
MORE_RECORDS = f"{RECORDS}\n        OR (kind = 'absence' AND agency_id = ANY {walls.some('tasks')})"
SUSPENSIONS = f"agency_id = ANY {walls.some('tasks')}"


def shows(table, visible):
    """The statement that changes what a policy shows."""
    shown = f"{walls.EVERYTHING} OR {visible}"
    return f"ALTER POLICY viewer ON {table} USING ({shown}) WITH CHECK ({shown})"


class Migration(migrations.Migration):

    dependencies = [("config", "0001_walls"), ("hub", "0006_intake")]

    operations = [
        migrations.RunSQL(shows("hub_sourcerecord", MORE_RECORDS), shows("hub_sourcerecord", RECORDS)),
        walls.put_up("hub_suspension", SUSPENSIONS),
        walls.remember("hub_suspension"),
    ]
