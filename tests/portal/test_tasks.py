"""What beat sends, a worker knows."""

from django.conf import settings

from portal.celery import app


def test_every_task_that_is_sent_is_known_to_a_worker() -> None:
    app.loader.import_default_modules()
    sent = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} | set(settings.CELERY_TASK_ROUTES)

    assert sorted(sent - set(app.tasks)) == []
