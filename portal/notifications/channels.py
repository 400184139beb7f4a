"""The ways out of the portal: one text message or one e-mail, and what its gateway says to it."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator, Mapping
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage

from portal.accounts.sms import SmsError, send_sms

# Gateways refuse longer parameters.
LONGEST_PARAMETER = 35


class NotSent(Exception):
    """A message was not handed over; `str` is a code for the row, never words of the message."""


class TryLater(NotSent):
    """It certainly did not leave, and may later."""


class Refused(NotSent):
    """The gateway will never take it."""


class Unsure(NotSent):
    """Nobody knows whether it left: it is not sent again by itself, so that nobody is told twice."""


def by_sms(*, phone: str, kind: str, values: Mapping[str, str]) -> str:
    """Send a text message; return the gateway's number for it. Raises TryLater, Refused, Unsure."""
    try:
        return send_sms(
            phone=phone, kind=kind, values={name: _short(value) for name, value in values.items()}
        ).reference
    except SmsError as error:
        code = error.code or "sms_error"
        if not error.retryable:
            raise Refused(code) from error
        if code == "no_answer" and not _never_left(error):
            raise Unsure(code) from error
        raise TryLater(code) from error
    except KeyError as error:
        # The gateway has no template for this kind yet; somebody has to enter it.
        raise TryLater(f"no template {kind}") from error


def by_email(*, address: str, subject: str, body: str, token: UUID) -> str:
    """Send an e-mail; return its Message-ID, made from the token. Raises TryLater, Refused, Unsure."""
    sender = settings.DEFAULT_FROM_EMAIL
    message_id = f"<{token}@{sender.rpartition('@')[2].strip('<> ')}>"
    message = EmailMessage(
        subject=" ".join(subject.split()),
        body=body,
        from_email=sender,
        to=[address],
        headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated"},
    )
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _words in error.recipients.values()]
        outcome: type[NotSent] = TryLater if all(400 <= code < 500 for code in codes) else Refused
        raise outcome(f"smtp {codes}") from error
    except smtplib.SMTPServerDisconnected as error:
        raise Unsure("smtp disconnected") from error
    except smtplib.SMTPResponseException as error:
        outcome = Refused if error.smtp_code >= 500 else TryLater
        raise outcome(f"smtp {error.smtp_code}") from error
    except (smtplib.SMTPException, OSError) as error:
        outcome = TryLater if _never_left(error) else Unsure
        raise outcome(type(error).__name__) from error
    return message_id


def _short(value: str) -> str:
    return value if len(value) <= LONGEST_PARAMETER else value[: LONGEST_PARAMETER - 1] + "…"


def _never_left(error: BaseException) -> bool:
    """Whether no connection came about at all."""
    return any(isinstance(each, ConnectionRefusedError | socket.gaierror) for each in _causes(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
