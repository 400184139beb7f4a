"""The answer to "may somebody do this": yes, or no with the sentence that says why not."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Decision:
    """Whether somebody may, and the sentence that says why not.

    `by_state` tells apart "no longer possible for anybody" (409) from "not you" (403); `code` names the reason to
    programs where it has a name of its own.
    """

    allowed: bool
    reason: str | Promise = ""
    by_state: bool = False
    code: str = ""

    def __bool__(self) -> bool:
        return self.allowed


YES = Decision(True)
