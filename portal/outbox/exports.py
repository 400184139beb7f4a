"""What a person's copy of their data holds from here: what they did."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.export import register_data_section
from portal.accounts.models import User
from portal.outbox.models import Event, subject_type


def what_happened(user: User) -> Any:
    """Every event that the person made, or that is about their account, with the words given."""
    own = Q(actor=user) | Q(on_behalf_of=user) | Q(subject_type=subject_type(user), subject_id=user.pk)
    events = Event.objects.filter(own).select_related("words").order_by("pk")
    return [
        {
            "number": event.pk,
            "what": event.label,
            "when": event.occurred_at,
            "subject": f"{event.subject_type} {event.subject_id}",
            "words": event.text if event.actor_id == user.pk or event.on_behalf_of_id == user.pk else "",
        }
        for event in events.iterator(chunk_size=1000)
    ]


register_data_section("events", label=_("我做过的事"), data=what_happened)
