"""Routes of the micro-wish. A number is year, day and the day's sequence: 2026-1121-0037."""

from django.urls import path, register_converter

from wishes.wishes.views import appeals, behalf, browse, callbacks, decisions, detail, map, post, referrals, steps


class NumberConverter:
    """The number of a wish."""

    regex = "[0-9]{4}-[0-9]{4}-[0-9]{4,}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: object) -> str:
        return str(value)


register_converter(NumberConverter, "wish_number")

urlpatterns = [
    path("", browse.wish_list, name="wish_list"),
    path("map/", map.wish_map, name="wish_map"),
    path("map/<division:code>/shapes.json", map.shapes, name="wish_map_shapes"),
    path("mine/", browse.mine, name="wish_mine"),
    path("callbacks/", callbacks.callbacks, name="wish_callbacks"),
    path("appeals/<int:pk>/", appeals.appeal, name="wish_appeal"),
    path("referral/<str:token>/", referrals.answer, name="wish_referral_answer"),
    path("decisions/", decisions.decisions, name="wish_decisions"),
    path("new/", post.new, name="wish_new"),
    path("new/for/", behalf.for_resident, name="wish_new_for"),
    path("new/<int:draft_id>/discard/", post.discard, name="wish_discard"),
    path("new/<int:draft_id>/autosave/", post.autosave, name="wish_autosave"),
    path("new/<int:draft_id>/<slug:step>/", post.draft_step, name="wish_draft"),
    path("<wish_number:number>/", detail.detail, name="wish_detail"),
    path("<wish_number:number>/clock/", detail.clock, name="wish_clock"),
    path("<wish_number:number>/posted/", post.posted, name="wish_posted"),
    path("<wish_number:number>/contact/", steps.contact, name="wish_contact"),
    path("<wish_number:number>/callback/", callbacks.callback, name="wish_callback"),
    path("<wish_number:number>/referral/", referrals.referral, name="wish_referral"),
    path("<wish_number:number>/edit/", steps.edit, name="wish_edit"),
    path("<wish_number:number>/<slug:slug>/", steps.step, name="wish_step"),
]
