"""What handling shows on the desk: the way to those who are to be called back."""

from django.utils.translation import gettext_lazy as _

from wishes.wishes.handling.callbacks import CALLING_ROLES, queue_of
from wishes.wishes.views.panels import Queue, register_queue

register_queue(Queue(_("等回访的居民"), "wish_callbacks", CALLING_ROLES, queue_of), position=10)
