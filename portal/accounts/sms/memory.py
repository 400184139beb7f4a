"""Keeps messages in a list: for tests in one process."""

from typing import ClassVar

from portal.accounts.sms.base import Receipt, SmsBackend, SmsError, TextMessage


class Backend(SmsBackend):
    """`outbox` holds what was sent; set `failing` to have the next messages refused."""

    outbox: ClassVar[list[TextMessage]] = []
    failing: ClassVar[SmsError | None] = None

    def send(self, message: TextMessage) -> Receipt:
        if self.failing is not None:
            raise self.failing
        self.outbox.append(message)
        return Receipt(reference=str(len(self.outbox)))
