"""The test database: made by the migrations once for as long as they stay the same, and then copied.

The copy is brought up to date by Django as any database is, so that a stale template could not hide a
migration; the private server keeps the template for the next run.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import connection

PREFIX = "test_template_"


def template() -> str:
    """The name of the database to copy, made first if there is none of these migrations; others go.

    Whoever calls holds a lock until the copy is made: no two make it, and no one's template is dropped.
    """
    name = PREFIX + _digest()
    quote = connection.ops.quote_name
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        found = {row[0] for row in cursor}
        if name in found:
            return name
        for stale in found:
            cursor.execute(f"DROP DATABASE {quote(stale)}")
    own, given = connection.settings_dict["NAME"], connection.settings_dict["TEST"]["NAME"]
    unfinished = connection.settings_dict["TEST"]["NAME"] = f"{PREFIX}unfinished"
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        connection.close()
    finally:
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = own
        connection.settings_dict["TEST"]["NAME"] = given
    with connection._nodb_cursor() as cursor:
        # Renamed only when whole: a run that is killed meanwhile leaves nothing half-made to copy.
        cursor.execute(f"ALTER DATABASE {quote(unfinished)} RENAME TO {quote(name)}")
    return name


def empty(_: object = None) -> None:
    """Empty every table after a test that committed, save what Django derives from the models.

    Its own `flush` empties that too, and makes it again after every such test.
    """
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False))
    tables -= {ContentType._meta.db_table, Permission._meta.db_table}
    connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), sorted(tables)))


def _digest() -> str:
    """Changes with every migration file, also of a package, and with the models whose rights they grant."""
    digest = hashlib.sha256()
    for app in apps.get_app_configs():
        own = Path(app.path)
        code = [*own.glob("migrations/*.py"), *own.glob("models.py"), *own.glob("models/*.py")]
        for file in sorted(code):
            digest.update(f"{app.label}/{file.name}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]
