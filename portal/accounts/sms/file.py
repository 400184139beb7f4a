"""Appends messages to a file as JSON lines: for browser journeys, which read the code from it."""

import json
import os
import uuid
from pathlib import Path

from django.conf import settings

from portal.accounts.sms.base import Receipt, SmsBackend, TextMessage


class Backend(SmsBackend):
    """One line a message in `settings.SMS_FILE`; the file is readable by its owner only."""

    def send(self, message: TextMessage) -> Receipt:
        reference = uuid.uuid4().hex
        line = json.dumps(
            {
                "reference": reference,
                "phone": message.phone,
                "kind": message.kind.name,
                "values": dict(message.values),
                "text": message.text,
            },
            ensure_ascii=False,
        )
        path = Path(settings.SMS_FILE)
        path.parent.mkdir(parents=True, exist_ok=True)
        # One write of one line: parallel workers append without mixing their lines.
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, f"{line}\n".encode())
        finally:
            os.close(descriptor)
        return Receipt(reference=reference)
