"""The map on which a boundary is drawn."""

import json
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class BoundaryWidget(forms.Textarea):
    """A text area with GeoJSON, and above it a map to draw on where scripts run.

    `siblings` and `centre` are set by the admin page; the map needs no tile server.
    """

    template_name = "admin/grids/boundary_widget.html"

    class Media:
        css = {"all": ("npm/leaflet/leaflet.css", "npm/geoman/leaflet-geoman.css", "grids/boundary-editor.css")}
        js = (
            "npm/leaflet/leaflet.js",
            "npm/geoman/leaflet-geoman.js",
            "portal/map-tiles.js",
            "grids/boundary-editor.js",
        )

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"rows": 4, "cols": 80, "spellcheck": "false", **(attrs or {})})
        self.siblings: list[dict[str, Any]] = []
        # Whether the form takes a file as well, for those whose scripts do not run.
        self.reads_files = False
        # What was just read from such a file, in words.
        self.seen: list[str] = []
        # The grid that is drawn, for what is checked while drawing; 0 for a new one, None where nothing is checked.
        self.grid: int | None = None

    @property
    def needs_multipart_form(self) -> bool:  # type: ignore[override]  # read by forms, an attribute in Django
        """A file travels in parts."""
        return self.reads_files

    def format_value(self, value: Any) -> str | None:
        """A stored boundary as text, typed text as it was."""
        if value is None or value == "":
            return ""
        return value if isinstance(value, str) else json.dumps(value)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["reads_files"] = self.reads_files
        context["widget"]["seen"] = self.seen
        context["widget"]["map_id"] = f"{context['widget']['attrs'].get('id', name)}-map"
        context["widget"]["map"] = {
            "siblings": self.siblings,
            "grid": self.grid,
            "shape": reverse("admin:grids_grid_shape"),
            "check": reverse("admin:grids_grid_check") if self.grid is not None else "",
            "words": {
                "file": str(_("这个文件不是 GeoJSON，也不是压成 .zip 的 shapefile，请换一个。")),
                "sound": str(_("和旁边的网格没有重叠，也没有留空。")),
                "unreadable": str(_("下面的文字不是完整的 GeoJSON，地图上先不显示。")),
            },
        }
        return context
