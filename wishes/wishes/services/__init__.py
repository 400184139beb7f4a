"""Use cases of the micro-wish. Every change of a wish by a page, the API, the admin or a task is one call of these."""

from wishes.wishes.services.appeals import decide_appeal, open_appeal
from wishes.wishes.services.assignment import assign_to_party
from wishes.wishes.services.callbacks import look_up_phone, record_call, waiting_callback
from wishes.wishes.services.claims import claim_wish, declare_enough, give_up_claim
from wishes.wishes.services.closing import (
    close_cannot_be_done,
    close_duplicate,
    close_not_ours,
    decline_wish,
    withdraw_wish,
)
from wishes.wishes.services.contact import Contact, contact_for, reveal_contact
from wishes.wishes.services.dispatch import redispatch_wish
from wishes.wishes.services.entering import enter_wish
from wishes.wishes.services.finding import index_words, recount_open_wishes
from wishes.wishes.services.fulfilment import auto_confirm_wish, confirm_wish, fulfil_claim, reopen_wish
from wishes.wishes.services.handover import (
    accept_handover,
    decide_objection,
    object_to_dispatch,
    refuse_handover,
    transfer_wish,
    withdraw_handover,
)
from wishes.wishes.services.pictures import attach_photo, remove_photo
from wishes.wishes.services.posting import (
    WishFields,
    discard_draft,
    edit_wish,
    save_draft,
    start_draft,
    submit_wish,
)
from wishes.wishes.services.referrals import answer_by_link, record_answer
from wishes.wishes.services.verification import publish_wish, reject_verification, verify_wish
from wishes.wishes.services.waiting import answer_question, extend_wish, pause_for_resident

__all__ = [
    "Contact",
    "WishFields",
    "accept_handover",
    "answer_by_link",
    "answer_question",
    "assign_to_party",
    "attach_photo",
    "auto_confirm_wish",
    "claim_wish",
    "close_cannot_be_done",
    "close_duplicate",
    "close_not_ours",
    "confirm_wish",
    "contact_for",
    "decide_appeal",
    "decide_objection",
    "declare_enough",
    "decline_wish",
    "discard_draft",
    "edit_wish",
    "enter_wish",
    "extend_wish",
    "fulfil_claim",
    "give_up_claim",
    "index_words",
    "look_up_phone",
    "object_to_dispatch",
    "open_appeal",
    "pause_for_resident",
    "publish_wish",
    "record_answer",
    "record_call",
    "recount_open_wishes",
    "redispatch_wish",
    "refuse_handover",
    "reject_verification",
    "remove_photo",
    "reopen_wish",
    "reveal_contact",
    "save_draft",
    "start_draft",
    "submit_wish",
    "transfer_wish",
    "verify_wish",
    "waiting_callback",
    "withdraw_handover",
    "withdraw_wish",
]
