"""What a person's copy of their data holds from here: lines about them that wait, and what they uploaded."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from grids.districts.models import DistrictImport, ImportRow
from portal.accounts.export import register_data_section
from portal.accounts.models import User


def lines_of(user: User) -> list[dict[str, Any]]:
    """Lines of lists that name the person and wait to be brought in."""
    if not user.phone:
        return []
    rows = ImportRow.objects.filter(data__phone=user.phone)
    return [{"role": row.data.get("role"), "community": row.community, "name": row.data["legal_name"]} for row in rows]


def uploads_of(user: User) -> list[dict[str, Any]]:
    """Imports that the person uploaded."""
    rows = DistrictImport.objects.filter(uploaded_by=user).select_related("territory")
    return [{"at": row.created_at, "territory": row.territory.name, "state": row.state} for row in rows]


register_data_section("import_lines", label=_("等着导入的名单里关于我的"), data=lines_of)
register_data_section("district_imports", label=_("我上传的区级导入"), data=uploads_of)
