"""Prints messages instead of sending them: for development, where nobody has a gateway."""

import sys
import uuid

from portal.accounts.sms.base import Receipt, SmsBackend, TextMessage


class Backend(SmsBackend):
    """Writes each message to standard error, where the log of `script/server` shows it."""

    def send(self, message: TextMessage) -> Receipt:
        print(f"短信 → {message.phone}  {message.text}", file=sys.stderr, flush=True)
        return Receipt(reference=uuid.uuid4().hex)
