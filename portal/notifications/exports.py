"""What a person's copy of their data holds from here: what they were told, by which way, and how they wish it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.accounts.export import register_data_section
from portal.accounts.models import User
from portal.notifications.models import Notice, Preference
from portal.notifications.services import quiet_hours_of


def what_was_told(user: User) -> Any:
    """Every notice with its deliveries, newest first."""
    return [
        {
            "title": notice.title,
            "body": notice.body,
            "link": notice.url,
            "when": notice.created_at,
            "read": notice.read_at,
            "sent": [
                {"channel": sent.channel, "state": sent.standing, "when": sent.settled_at}
                for sent in notice.deliveries.all()
            ],
        }
        for notice in Notice.objects.of(user.pk).prefetch_related("deliveries").iterator(chunk_size=1000)
    ]


def how_it_is_wished(user: User) -> Any:
    """Chosen rhythms and quiet hours."""
    starts, ends = quiet_hours_of([user.pk])[user.pk]
    chosen = Preference.objects.filter(user=user).values("kind", "channel", "rhythm")
    return {"quiet": f"{starts:%H:%M}–{ends:%H:%M}", "chosen": list(chosen)}


register_data_section("notices", label=_("我的消息"), data=what_was_told)
register_data_section("notice_preferences", label=_("通知设置"), data=how_it_is_wished)
