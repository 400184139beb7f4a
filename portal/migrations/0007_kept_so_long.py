from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Large tables of a portal in use: nobody waits while their indexes are built."""

    atomic = False

    dependencies = [
        ("portal", "0006_calendar_years"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="delivery",
            index=models.Index(condition=Q(("state", "done")), fields=["done_at"], name="delivery_done"),
        ),
        AddIndexConcurrently(
            model_name="notice",
            index=models.Index(condition=Q(("read_at__isnull", False)), fields=["read_at"], name="notice_read"),
        ),
    ]
