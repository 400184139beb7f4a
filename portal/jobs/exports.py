"""What a person's copy of their data holds from here: what they asked for."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.accounts.export import register_data_section
from portal.accounts.models import User
from portal.jobs.models import Job


def jobs_of(user: User) -> list[dict[str, Any]]:
    """Every piece of long work that the person asked for."""
    return [
        {
            "id": str(job.uuid),
            "what": str(job.label),
            "state": job.state,
            "asked_at": job.created_at,
            "finished_at": job.finished_at,
        }
        for job in Job.objects.of(user)
    ]


register_data_section("jobs", label=_("我要过的后台任务"), data=jobs_of)
