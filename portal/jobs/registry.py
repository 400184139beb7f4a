"""The registry of long work: what can be asked for, in words, and the function that does it.

    @job_kind("wishes.export", label=_("导出工单"))
    def export(run: Run) -> None:
        run.expect(len(ids))
        with run.result("工单.csv", content_type="text/csv") as out:
            for one in ids:
                out.write(...)
                run.advance()

The function may be killed at any moment and is then called once more from the start. Whatever it changes besides its
result file it changes through ordinary services, each step of which can be told from one already taken.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

from django.utils.functional import Promise

from portal.jobs.domain import KEPT

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.jobs.models import Job
    from portal.jobs.running import Run

Work: TypeAlias = "Callable[[Run], None]"


class UnknownKind(LookupError):
    """A job names a kind that no code declares (any more)."""


@dataclass(frozen=True)
class JobKind:
    """One kind of long work.

    `kept` is how long the result can be fetched, None for ever. `may_fetch(user, job)` is asked again at each
    download: a right that ended ends the download. `leads_to(job)` is the page on which the work goes on.
    """

    key: str
    label: str | Promise
    work: Work
    kept: timedelta | None
    may_fetch: Callable[[User, Job], bool] | None
    leads_to: Callable[[Job], str] | None


_kinds: dict[str, JobKind] = {}


def job_kind(
    key: str,
    *,
    label: str | Promise,
    kept: timedelta | None = KEPT,
    may_fetch: Callable[[User, Job], bool] | None = None,
    leads_to: Callable[[Job], str] | None = None,
) -> Callable[[Work], Work]:
    """Declare a kind of long work; see JobKind. Raises ValueError when the key is taken."""

    def register(work: Work) -> Work:
        if key in _kinds:
            raise ValueError(f"Job kind {key!r} is declared twice.")
        _kinds[key] = JobKind(key, label, work, kept, may_fetch, leads_to)
        return work

    return register


def kind_of(key: str) -> JobKind:
    """The kind of this key. Raises UnknownKind."""
    try:
        return _kinds[key]
    except KeyError:
        raise UnknownKind(f"No job kind {key!r} is declared; was the code that declares it removed?") from None
