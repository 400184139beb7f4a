"""Calling the wish API as one of the cast."""

import json
from typing import Any

from rest_framework.test import APIClient

from portal.accounts.models import User
from tests.portal.api.factories import client_of
from tests.wishes.wishes.factories import SECRET_ADDRESS, SECRET_NAME, SECRET_PHONE
from wishes.wishes.models import Wish

SECRETS = (SECRET_ADDRESS, SECRET_NAME, SECRET_PHONE, SECRET_PHONE.removeprefix("+86"))
ROOT = "/api/v1/wishes/"
# A body each step accepts.
BODIES: dict[str, dict[str, Any]] = {
    "save": {"title": "新标题"},
    "discard": {},
    "submit": {"consent": True},
    "attach-photo": {"photo": "00000000-0000-4000-8000-000000000000"},
    "remove-photo": {"photo": "00000000-0000-4000-8000-000000000000"},
    "edit": {"title": "改了标题"},
    "claim": {"message": "我周六来。"},
    "give-up": {"reason": "临时出差。"},
    "fulfil": {"note": "换好了。"},
    "enough": {"reason": "剩下的自家留着吃。", "agreed": True},
    "confirm": {"speed": 5, "attitude": 5, "result": 4},
    "reopen": {"reason": "又漏了。"},
    "withdraw": {"reason": "不用了。"},
    "verify": {"note": "上门看过，属实。"},
    "reject-verification": {"reason": "请补充证明。"},
    "publish": {},
    "decline": {"reason": "不属于受理范围。"},
    "cannot-be-done": {"reason": "没有这种零件了。"},
    "not-ours": {"referred_to": "供水公司"},
    "duplicate": {"of": "2026-1116-9999"},
    "question": {"question": "什么时候在家？"},
    "answer": {"answer": "晚上都在。"},
    "extend": {"by": "3d", "reason": "等零件。"},
    "transfer": {"to": 1, "reason": "请假。"},
    "object": {"reason": "这是物业的事。"},
    "accept-handover": {},
    "refuse-handover": {"reason": "这周不在。"},
    "withdraw-handover": {},
    "appeal": {"reason": "这是大家的事。"},
    "decide-objection": {"reason": "还是网格来办。"},
    "reveal-contact": {"reason": "约时间上门。"},
}


class Caller:
    """One of the cast with a token."""

    def __init__(self, user: User | None) -> None:
        self.client: APIClient = client_of(user)

    def get(self, path: str = "") -> Any:
        return self.client.get(f"{ROOT}{path}")

    def post(self, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
        return self.client.post(f"{ROOT}{path}", body or {}, format="json", headers=headers)

    def take(self, wish: Wish, step: str, **body: Any) -> Any:
        """The step with a body it accepts."""
        return self.post(f"{wish.pk}/{step}/", BODIES[step] | body)

    def ids(self, path: str = "") -> list[int]:
        """The wishes of a whole list, page by page."""
        found: list[int] = []
        url: str | None = f"{ROOT}{path}"
        while url:
            page = self.client.get(url)
            assert page.status_code == 200, page.content
            found += [wish["id"] for wish in page.json()["results"]]
            url = page.json()["next"]
        return found


def leaked(response: Any) -> list[str]:
    """Secrets of the resident that stand in an answer."""
    text = json.dumps(json.loads(response.content), ensure_ascii=False) if response.content else ""
    return [secret for secret in SECRETS if secret in text]
