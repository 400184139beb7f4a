"""The two gateways, spoken to by their own SDKs, against a local endpoint that answers as they do."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest

from portal.accounts.sms import SmsError, get_backend, register_sms_kind, send_sms

PHONE = "+8613812345678"
CODE = {"code": "246810", "minutes": "5"}


class Gateway(BaseHTTPRequestHandler):
    """Remembers what it was asked and answers as told."""

    seen: ClassVar[list[dict[str, Any]]]
    answer: ClassVar[tuple[int, dict[str, Any]]]
    delay: ClassVar[float]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        self.seen.append({"query": query, "headers": dict(self.headers), "body": body})
        time.sleep(self.delay)
        status, words = self.answer
        answer = json.dumps(words).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)
        except BrokenPipeError:
            pass

    def log_message(self, format: str, *arguments: Any) -> None:
        """Quiet."""


@pytest.fixture
def gateway() -> Iterator[tuple[type[Gateway], str]]:
    handler = type("ThisGateway", (Gateway,), {"seen": [], "answer": (200, {}), "delay": 0.0})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield handler, f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def alibaba(gateway: tuple[type[Gateway], str], settings: Any) -> type[Gateway]:
    handler, address = gateway
    settings.SMS_BACKEND = "portal.accounts.sms.alibaba"
    settings.SMS_TEMPLATES = {"code": "SMS_100001"}
    settings.ALIBABA_SMS = {
        "access_key_id": "key-id",
        "access_key_secret": "key-secret",
        "sign_name": "五微",
        "endpoint": address,
        "protocol": "HTTP",
    }
    handler.answer = (200, {"Code": "OK", "Message": "OK", "BizId": "biz-1", "RequestId": "r-1"})
    return handler


@pytest.fixture
def tencent(gateway: tuple[type[Gateway], str], settings: Any) -> type[Gateway]:
    handler, address = gateway
    settings.SMS_BACKEND = "portal.accounts.sms.tencent"
    settings.SMS_TEMPLATES = {"code": "1110"}
    settings.TENCENT_SMS = {
        "secret_id": "key-id",
        "secret_key": "key-secret",
        "app_id": "1400006666",
        "sign_name": "五微",
        "region": "ap-guangzhou",
        "endpoint": address,
        "protocol": "http",
    }
    handler.answer = (200, tencent_answer("Ok", "send success"))
    return handler


def tencent_answer(code: str, message: str) -> dict[str, Any]:
    status = {"SerialNo": "serial-1", "PhoneNumber": PHONE, "Fee": 1, "Code": code, "Message": message, "IsoCode": "CN"}
    return {"Response": {"SendStatusSet": [{**status, "SessionContext": ""}], "RequestId": "r-1"}}


def test_alibaba_is_sent_the_template_and_its_values(alibaba: type[Gateway]) -> None:
    receipt = send_sms(phone=PHONE, kind="code", values=CODE)
    assert receipt.reference == "biz-1"
    request = alibaba.seen[0]
    assert request["headers"]["x-acs-action"] == "SendSms"
    assert request["headers"]["x-acs-version"] == "2017-05-25"
    assert request["query"]["PhoneNumbers"] == "13812345678"
    assert request["query"]["SignName"] == "五微"
    assert request["query"]["TemplateCode"] == "SMS_100001"
    assert json.loads(request["query"]["TemplateParam"]) == CODE


def test_alibaba_requests_are_signed(alibaba: type[Gateway]) -> None:
    send_sms(phone=PHONE, kind="code", values=CODE)
    authorization = alibaba.seen[0]["headers"]["Authorization"]
    assert authorization.startswith("ACS3-HMAC-SHA256 Credential=key-id,SignedHeaders=")
    assert "key-secret" not in json.dumps(alibaba.seen[0]["headers"])


def test_alibaba_numbers_abroad_lose_only_the_plus(alibaba: type[Gateway]) -> None:
    send_sms(phone="+85251234567", kind="code", values=CODE)
    assert alibaba.seen[0]["query"]["PhoneNumbers"] == "85251234567"


@pytest.mark.parametrize(
    ("code", "retryable"),
    [("isv.BUSINESS_LIMIT_CONTROL", True), ("isv.MOBILE_NUMBER_ILLEGAL", False), ("isv.AMOUNT_NOT_ENOUGH", False)],
)
def test_alibaba_refusals_keep_their_code(alibaba: type[Gateway], code: str, retryable: bool) -> None:
    alibaba.answer = (200, {"Code": code, "Message": "no", "RequestId": "r-1"})
    with pytest.raises(SmsError) as refusal:
        send_sms(phone=PHONE, kind="code", values=CODE)
    assert (refusal.value.code, refusal.value.retryable) == (code, retryable)


@pytest.mark.parametrize(
    ("status", "code", "retryable"),
    [(403, "SignatureDoesNotMatch", False), (429, "Throttling.User", True), (503, "ServiceUnavailable", True)],
)
def test_alibaba_errors_keep_their_code(alibaba: type[Gateway], status: int, code: str, retryable: bool) -> None:
    alibaba.answer = (status, {"Code": code, "Message": "no", "RequestId": "r-1"})
    with pytest.raises(SmsError) as refusal:
        send_sms(phone=PHONE, kind="code", values=CODE)
    assert (refusal.value.code, refusal.value.retryable) == (code, retryable)


def test_tencent_is_sent_the_template_and_its_values_in_order(tencent: type[Gateway]) -> None:
    receipt = send_sms(phone=PHONE, kind="code", values=CODE)
    assert receipt.reference == "serial-1"
    request = tencent.seen[0]
    assert request["headers"]["X-TC-Action"] == "SendSms"
    assert request["headers"]["X-TC-Version"] == "2021-01-11"
    assert json.loads(request["body"]) == {
        "PhoneNumberSet": [PHONE],
        "SmsSdkAppId": "1400006666",
        "SignName": "五微",
        "TemplateId": "1110",
        "TemplateParamSet": ["246810", "5"],
    }


def test_tencent_requests_carry_the_right_signature(tencent: type[Gateway]) -> None:
    """The signature of TC3-HMAC-SHA256, worked out again from what arrived."""
    send_sms(phone=PHONE, kind="code", values=CODE)
    request = tencent.seen[0]
    headers = request["headers"]
    stamp = headers["X-TC-Timestamp"]
    day = datetime.fromtimestamp(int(stamp), UTC).strftime("%Y-%m-%d")
    scope = f"{day}/sms/tc3_request"
    canonical = "\n".join(
        [
            "POST",
            "/",
            "",
            f"content-type:{headers['Content-Type']}\nhost:{headers['Host']}\n",
            "content-type;host",
            hashlib.sha256(request["body"]).hexdigest(),
        ]
    )
    signed = f"TC3-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = b"TC3key-secret"
    for part in (day, "sms", "tc3_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    expected = hmac.new(key, signed.encode(), "sha256").hexdigest()
    assert f"Signature={expected}" in headers["Authorization"]
    assert f"Credential=key-id/{scope}" in headers["Authorization"]


@pytest.mark.parametrize(
    ("code", "retryable"),
    [
        ("LimitExceeded.PhoneNumberThirtySecondLimit", True),
        ("InternalError.Timeout", True),
        ("FailedOperation.PhoneNumberInBlacklist", False),
        ("InvalidParameterValue.IncorrectPhoneNumber", False),
    ],
)
def test_tencent_refusals_keep_their_code(tencent: type[Gateway], code: str, retryable: bool) -> None:
    tencent.answer = (200, tencent_answer(code, "no"))
    with pytest.raises(SmsError) as refusal:
        send_sms(phone=PHONE, kind="code", values=CODE)
    assert (refusal.value.code, refusal.value.retryable) == (code, retryable)


def test_tencent_errors_keep_their_code(tencent: type[Gateway]) -> None:
    error = {"Code": "AuthFailure.SignatureFailure", "Message": "no"}
    tencent.answer = (200, {"Response": {"Error": error, "RequestId": "r-1"}})
    with pytest.raises(SmsError) as refusal:
        send_sms(phone=PHONE, kind="code", values=CODE)
    assert refusal.value.code == "AuthFailure.SignatureFailure"
    assert not refusal.value.retryable


@pytest.mark.parametrize("name", ["alibaba", "tencent"])
def test_a_kind_without_a_template_is_not_sent(name: str, request: pytest.FixtureRequest) -> None:
    handler: type[Gateway] = request.getfixturevalue(name)
    with pytest.raises(SmsError) as refusal:
        send_sms(phone=PHONE, kind="phone_changed", values={"last_four": "0001"})
    assert (refusal.value.code, refusal.value.retryable) == ("no_template", False)
    assert handler.seen == []


@pytest.mark.parametrize("name", ["alibaba", "tencent"])
def test_a_silent_gateway_is_given_up_on(name: str, request: pytest.FixtureRequest, settings: Any) -> None:
    handler: type[Gateway] = request.getfixturevalue(name)
    settings.SMS_TIMEOUT = 1
    handler.delay = 4.0
    began = time.monotonic()
    with pytest.raises(SmsError) as refusal:
        send_sms(phone=PHONE, kind="code", values=CODE)
    assert time.monotonic() - began < 3.5
    assert refusal.value.code == "no_answer"
    assert refusal.value.retryable
    assert len(handler.seen) == 1, "a message may have gone out: it is not sent twice"


@pytest.mark.parametrize("name", ["alibaba", "tencent"])
def test_a_gateway_that_is_down_can_be_tried_again(name: str, request: pytest.FixtureRequest, settings: Any) -> None:
    request.getfixturevalue(name)
    account = settings.ALIBABA_SMS if name == "alibaba" else settings.TENCENT_SMS
    account["endpoint"] = "127.0.0.1:9"
    with pytest.raises(SmsError) as refusal:
        send_sms(phone=PHONE, kind="code", values=CODE)
    assert (refusal.value.code, refusal.value.retryable) == ("no_answer", True)
    assert "246810" not in str(refusal.value), "an error's words end up in logs"


def test_the_file_gateway_appends_a_line_only_its_owner_reads(tmp_path: Any, settings: Any) -> None:
    settings.SMS_BACKEND = "portal.accounts.sms.file"
    settings.SMS_FILE = str(tmp_path / "deep" / "sms.jsonl")
    send_sms(phone=PHONE, kind="code", values=CODE)
    send_sms(phone=PHONE, kind="phone_changed", values={"last_four": "0000"})
    path = tmp_path / "deep" / "sms.jsonl"
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line["kind"] for line in lines] == ["code", "phone_changed"]
    assert lines[0]["values"]["code"] == "246810"
    assert path.stat().st_mode & 0o077 == 0


def test_the_console_gateway_prints_the_words(capsys: pytest.CaptureFixture[str], settings: Any) -> None:
    settings.SMS_BACKEND = "portal.accounts.sms.console"
    send_sms(phone=PHONE, kind="code", values=CODE)
    assert "246810" in capsys.readouterr().err


def test_a_kind_is_registered_once_and_asks_for_its_values(settings: Any) -> None:
    with pytest.raises(ValueError, match="twice"):
        register_sms_kind("code", text="", parameters=())
    with pytest.raises(KeyError):
        send_sms(phone=PHONE, kind="code", values={"code": "1"})
    assert get_backend().__class__.__module__ == settings.SMS_BACKEND
