"""Routes of the desk, below the wishes."""

from django.urls import path

from wishes.desk.views import bulk, entry, export, photos, saved, worklist
from wishes.wishes import urls as _wishes  # noqa: F401 - registers the converter of numbers

urlpatterns = [
    path("", worklist.desk, name="wish_desk"),
    path("views/", saved.views, name="desk_views"),
    path("views/save/", saved.save, name="desk_view_save"),
    path("views/<int:pk>/", saved.change, name="desk_view"),
    path("export/", export.export, name="desk_export"),
    path("entry/", entry.entry, name="desk_entry"),
    path("entry/template/", entry.template_file, name="desk_entry_template"),
    path("entry/<int:pk>/", entry.batch, name="desk_entry_batch"),
    path("photos/<wish_number:number>/", photos.photos, name="desk_photos"),
    path("photos/<wish_number:number>/report/", photos.report, name="desk_photo_report"),
    path("photos/<wish_number:number>/<int:pk>/", photos.cover, name="desk_photo"),
    path("bulk/", bulk.bulk, name="desk_bulk"),
    path("bulk/<uuid:uuid>/", bulk.run, name="desk_bulk_run"),
]
