from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations


class Migration(migrations.Migration):
    """Exclusion constraints compare a worker by equality inside a GiST index."""

    initial = True
    operations = [BtreeGistExtension()]
