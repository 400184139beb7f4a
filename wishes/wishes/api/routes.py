"""Addresses of wishes for programs, below /api/v1/."""

from django.urls import path

from wishes.wishes.api import handling, posting, reading
from wishes.wishes.api.steps import STEPS, RevealContact

urlpatterns = [
    path("wish-categories/", reading.Categories.as_view(), name="api_wish_categories"),
    path("wishes/", reading.WishList.as_view(), name="api_wishes"),
    path("wishes/map/<division:code>/", reading.OpenWishMap.as_view(), name="api_wish_map"),
    path("wishes/mine/", reading.MyWishes.as_view(), name="api_wishes_mine"),
    path("wishes/helping/", reading.WishesIHelp.as_view(), name="api_wishes_helping"),
    path("wishes/work/", reading.WorkList.as_view(), name="api_wishes_work"),
    path("wishes/handovers/", handling.Handovers.as_view(), name="api_wish_handovers"),
    path("wishes/callbacks/", handling.Callbacks.as_view(), name="api_wish_callbacks"),
    path("wishes/appeals/", handling.Appeals.as_view(), name="api_wish_appeals"),
    path("wishes/appeals/<int:pk>/decide/", handling.DecideAppeal.as_view(), name="api_wish_appeal_decide"),
    path("wishes/<int:pk>/outside-bodies/", handling.OutsideBodies.as_view(), name="api_wish_outside_bodies"),
    path("wishes/<int:pk>/referral-answer/", handling.ReferralAnswer.as_view(), name="api_wish_referral_answer"),
    path("wishes/<int:pk>/callback-phone/", handling.CallbackPhone.as_view(), name="api_wish_callback_phone"),
    path("wishes/<int:pk>/callback-call/", handling.RecordCall.as_view(), name="api_wish_callback_call"),
    path("wishes/drafts/", posting.Drafts.as_view(), name="api_wish_drafts"),
    path("wishes/<int:pk>/", reading.WishDetail.as_view(), name="api_wish"),
    path("wishes/<int:pk>/handlers/", reading.Handlers.as_view(), name="api_wish_handlers"),
    path("wishes/<int:pk>/save/", posting.SaveDraft.as_view(), name="api_wish_save"),
    path("wishes/<int:pk>/discard/", posting.DiscardDraft.as_view(), name="api_wish_discard"),
    path("wishes/<int:pk>/submit/", posting.Submit.as_view(), name="api_wish_submit"),
    path("wishes/<int:pk>/attach-photo/", posting.AttachPhoto.as_view(), name="api_wish_attach_photo"),
    path("wishes/<int:pk>/remove-photo/", posting.RemovePhoto.as_view(), name="api_wish_remove_photo"),
    path("wishes/<int:pk>/reveal-contact/", RevealContact.as_view(), name="api_wish_reveal_contact"),
    *[
        path(f"wishes/<int:pk>/{name}/", view.as_view(), name=f"api_wish_{name.replace('-', '_')}")
        for name, view in STEPS.items()
    ],
    path("photos/", posting.UploadPhoto.as_view(), name="api_photos"),
    path("photos/<uuid:pk>/", reading.PhotoState.as_view(), name="api_photo"),
]
