"""What `manage.py check --deploy` asks of text messages, on which every resident's login depends."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from portal.accounts.sms import sms_kinds

# Backends that show codes to whoever reads the log, the file or the process.
NOT_FOR_PEOPLE = ("portal.accounts.sms.console", "portal.accounts.sms.file", "portal.accounts.sms.memory")
ACCOUNTS = {"portal.accounts.sms.alibaba": "ALIBABA_SMS", "portal.accounts.sms.tencent": "TENCENT_SMS"}


@register(deploy=True)
def text_messages_reach_people(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A real gateway, its account, and an approved template for each kind of message."""
    backend = settings.SMS_BACKEND
    if backend in NOT_FOR_PEOPLE:
        hint = "Set SMS_BACKEND to portal.accounts.sms.alibaba or portal.accounts.sms.tencent."
        return [Error(f"SMS_BACKEND is {backend}: nobody gets a code.", hint=hint, id="accounts.E001")]
    problems: list[CheckMessage] = []
    if name := ACCOUNTS.get(backend):
        missing = sorted(key for key, value in getattr(settings, name).items() if not value)
        problems += [Error(f"{name}_{key.upper()} is not set.", id="accounts.E002") for key in missing]
    lacking = sorted(kind.name for kind in sms_kinds() if not settings.SMS_TEMPLATES.get(kind.name))
    if lacking:
        words = ", ".join(lacking)
        problems.append(Error(f"SMS_TEMPLATES has no template for: {words}.", id="accounts.E003"))
    return problems
