"""Tables of the micro-wish (微心愿): the wish, its claims, ratings and everything written down along its way."""

from wishes.wishes.models.appeals import Appeal
from wishes.wishes.models.callbacks import Call, Callback
from wishes.wishes.models.categories import AnswerTemplate, Category
from wishes.wishes.models.claims import COUNTED, Claim
from wishes.wishes.models.finding import OpenCount, SearchText
from wishes.wishes.models.handovers import Handover
from wishes.wishes.models.photos import WishPhoto
from wishes.wishes.models.referrals import OutsideBody, Referral
from wishes.wishes.models.sources import Source, ToldBy
from wishes.wishes.models.steps import Extension, Question, Rating, Reopening, Verification
from wishes.wishes.models.wish import Wish, WishNumber

__all__ = [
    "COUNTED",
    "AnswerTemplate",
    "Appeal",
    "Call",
    "Callback",
    "Category",
    "Claim",
    "Extension",
    "Handover",
    "OpenCount",
    "OutsideBody",
    "Question",
    "Rating",
    "Referral",
    "Reopening",
    "SearchText",
    "Source",
    "ToldBy",
    "Verification",
    "Wish",
    "WishNumber",
    "WishPhoto",
]
