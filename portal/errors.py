"""Errors that services raise and that pages and the API turn into words for people."""

from typing import ClassVar

from django.utils.functional import Promise


class DomainError(Exception):
    """A rule of the domain says no.

    `message` is a sentence for the person who asked, in their language; `code` is a stable name for programs;
    `status` is the HTTP status that fits.
    """

    status: ClassVar[int] = 400
    default_code: ClassVar[str] = "invalid"

    def __init__(self, message: str | Promise, *, code: str = "", field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.field = field


class Invalid(DomainError):
    """What was given cannot be accepted; `field` names the input it belongs to, where there is one."""


class NotAllowed(DomainError):
    """The person sees the object but may not do this to it."""

    status = 403
    default_code = "not_allowed"


class Conflict(DomainError):
    """The object is no longer in the state in which this can be done."""

    status = 409
    default_code = "conflict"


class Unavailable(DomainError):
    """A part that this needs is not there now; trying later, or another way named in the message, may help."""

    status = 503
    default_code = "unavailable"


class TooOften(DomainError):
    """Possible again after a while; the message says when."""

    status = 429
    default_code = "too_often"
