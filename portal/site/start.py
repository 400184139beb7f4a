"""What happens once, before the first request is answered."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation

# The user name of every demo account that enters by password begins so. Their passwords are in the README.
DEMO_PREFIX = "demo-"


def refuse_demo_accounts() -> None:
    """Raise `ImproperlyConfigured` where demo accounts can log in and the settings do not allow them."""
    if not settings.REFUSE_DEMO_ACCOUNTS:
        return
    found = get_user_model().objects.filter(username__startswith=DEMO_PREFIX, is_active=True).exists()
    # Forked processes must not share the connection this was asked on.
    connection.close()
    if found:
        raise ImproperlyConfigured(
            "This database holds demo accounts, whose passwords are known to everybody. Use an empty database, "
            "or set WUWEI_ALLOW_DEMO=1 for a portal that only shows the demo."
        )


def load_early() -> None:
    """Read routes, texts and the common template now: workers then share them, and nobody waits for them."""
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            reverse("home")
    get_template("site/base.html")
