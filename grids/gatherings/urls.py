"""Routes of Party life."""

from django.urls import path

from grids.gatherings.views import calendar, checkin, completion, meeting, minutes

urlpatterns = [
    path("party/gatherings/", calendar.gatherings, name="gatherings"),
    path("party/gatherings/calendar.ics", calendar.calendar_file, name="gatherings_file"),
    path("party/gatherings/completion/", completion.completion, name="gatherings_completion"),
    path("party/gatherings/completion/export/", completion.export, name="gatherings_export"),
    path("party/<int:pk>/gatherings/", calendar.gatherings_of, name="gatherings_of"),
    path("party/<int:pk>/gatherings/new/", meeting.plan, name="gathering_new"),
    path("party/gatherings/<int:pk>/", meeting.gathering, name="gathering"),
    path("party/gatherings/<int:pk>/calendar.ics", meeting.gathering_file, name="gathering_file"),
    path("party/gatherings/<int:pk>/edit/", meeting.edit, name="gathering_edit"),
    path("party/gatherings/<int:pk>/cancel/", meeting.cancel, name="gathering_cancel"),
    path("party/gatherings/<int:pk>/leave/", meeting.leave, name="gathering_leave"),
    path("party/gatherings/<int:pk>/check-in/", checkin.check_in, name="gathering_check_in"),
    path("party/gatherings/<int:pk>/open/", checkin.open_check_in, name="gathering_open"),
    path("party/gatherings/<int:pk>/close/", checkin.close_check_in, name="gathering_close"),
    path("party/gatherings/<int:pk>/code/", checkin.code, name="gathering_code"),
    path("party/gatherings/<int:pk>/roll/", checkin.roll, name="gathering_roll"),
    path("party/gatherings/<int:pk>/roll/names/", checkin.reveal, name="gathering_roll_names"),
    path("party/gatherings/<int:pk>/minutes/", minutes.minutes, name="gathering_minutes"),
    path("party/gatherings/<int:pk>/minutes/edit/", minutes.edit, name="gathering_minutes_edit"),
    path("party/gatherings/<int:pk>/minutes/draft/", minutes.draft, name="gathering_minutes_draft"),
    path("party/gatherings/<int:pk>/minutes/reopen/", minutes.reopen, name="gathering_minutes_reopen"),
    path("party/gatherings/<int:pk>/minutes/paper/", minutes.paper, name="gathering_minutes_paper"),
]
