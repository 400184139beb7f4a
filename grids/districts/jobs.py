"""Long work: bringing a part of an import in, and taking an import back."""

from django.utils.translation import gettext_lazy as _

from grids.districts.models import DistrictImport
from grids.districts.running import bring_in_part
from grids.districts.services import BRING_IN, UNDO
from grids.districts.undoing import undo
from portal.jobs.models import Job
from portal.jobs.registry import job_kind


def _page_of(job: Job) -> str:
    batch = DistrictImport.objects.filter(pk=job.params.get("import")).first()
    return batch.get_absolute_url() if batch else ""


job_kind(BRING_IN, label=_("区级导入"), leads_to=_page_of)(bring_in_part)
job_kind(UNDO, label=_("撤销区级导入"), leads_to=_page_of)(undo)
