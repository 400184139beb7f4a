"""Production starts with secrets of its own or not at all."""

import os
import re
import secrets
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import ERROR, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings
from pytest_django import Settings

from portal.accounts.models import User
from portal.site.start import DEMO_PREFIX, refuse_demo_accounts

ROOT = Path(__file__).resolve().parents[3]
GOOD = {
    "SECRET_KEY": secrets.token_urlsafe(50),
    "ALLOWED_HOSTS": "wuwei.example,www.wuwei.example",
    "DATABASE_URL": "postgres://wuwei:kQ7r-own@127.0.0.1/wuwei",
    "REDIS_URL": "redis://127.0.0.1:6379",
}
TEXT_MESSAGES = {
    "SMS_BACKEND": "portal.accounts.sms.alibaba",
    "SMS_TEMPLATES": '{"code": "SMS_1", "phone_changed": "SMS_2", "notice": "SMS_3", "digest": "SMS_4"}',
    "ALIBABA_SMS_ACCESS_KEY_ID": "id",
    "ALIBABA_SMS_ACCESS_KEY_SECRET": "secret",
    "ALIBABA_SMS_SIGN_NAME": "五微",
}


def run(environment: Mapping[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    """manage.py on the production settings with this environment and nothing else of ours."""
    plain = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**plain, "DJANGO_SETTINGS_MODULE": "portal.settings.production", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_deployment_check_is_clean() -> None:
    done = run({**GOOD, **TEXT_MESSAGES}, "check", "--deploy", "--fail-level=WARNING")
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"SMS_BACKEND": "portal.accounts.sms.console"}, "nobody gets a code"),
        ({"ALIBABA_SMS": {"access_key_id": "id", "sign_name": ""}}, "ALIBABA_SMS_SIGN_NAME is not set"),
        ({"SMS_TEMPLATES": {"code": "SMS_1"}}, "no template for: digest, notice, phone_changed"),
    ],
)
def test_deployment_check_asks_for_text_messages(change: dict[str, Any], reason: str) -> None:
    with override_settings(**{"SMS_BACKEND": "portal.accounts.sms.alibaba", **change}):
        found = run_checks(include_deployment_checks=True)
    assert reason in "\n".join(problem.msg for problem in found if problem.level >= ERROR)


@pytest.mark.parametrize("name", GOOD)
def test_each_secret_is_needed(name: str) -> None:
    done = run({**GOOD, name: ""}, "check")
    assert done.returncode != 0
    assert f"{name} is not set" in done.stderr


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({"DEBUG": "1"}, "DEBUG is set", id="debug"),
        pytest.param({"SECRET_KEY": "short"}, "SECRET_KEY can be guessed", id="short key"),
        pytest.param({"SECRET_KEY": "ab" * 40}, "SECRET_KEY can be guessed", id="monotonous key"),
        pytest.param(
            {"SECRET_KEY": "development-only-key-never-used-where-people-depend-on-it"},
            "SECRET_KEY can be guessed",
            id="key of development",
        ),
        pytest.param(
            {"DATABASE_URL": "postgres://wuwei:change-me@db/wuwei"},
            "DATABASE_URL holds a default",
            id="default password",
        ),
        pytest.param(
            {"DATABASE_URL": "postgres://postgres:Postgres@db/x"}, "holds a default", id="password of postgres"
        ),
        pytest.param({"REDIS_URL": "redis://:123456@cache"}, "REDIS_URL holds a default", id="default Redis password"),
        pytest.param({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS", id="any host"),
    ],
)
def test_what_everybody_knows_is_refused(change: dict[str, str], reason: str) -> None:
    done = run({**GOOD, **change}, "check")
    assert done.returncode != 0
    assert reason in done.stderr


def test_no_secret_is_said_when_starting_is_refused() -> None:
    done = run(
        {**GOOD, "DATABASE_URL": "postgres://wuwei:changeme@db/wuwei", "SECRET_KEY": GOOD["SECRET_KEY"]}, "check"
    )
    assert GOOD["SECRET_KEY"] not in done.stderr
    assert "changeme" not in done.stderr


@pytest.mark.django_db
def test_demo_accounts_are_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.site.start.connection.close", lambda: None)
    settings.REFUSE_DEMO_ACCOUNTS = True
    refuse_demo_accounts()
    demo = User.objects.create_user(username=f"{DEMO_PREFIX}secretary", password="x")
    with pytest.raises(ImproperlyConfigured, match="WUWEI_ALLOW_DEMO"):
        refuse_demo_accounts()
    demo.is_active = False
    demo.save()
    refuse_demo_accounts()


@pytest.mark.django_db
def test_demo_accounts_are_welcome_where_the_settings_say_so(settings: Settings) -> None:
    settings.REFUSE_DEMO_ACCOUNTS = False
    User.objects.create_user(username=f"{DEMO_PREFIX}secretary", password="x")
    refuse_demo_accounts()


def test_environment_example_names_what_the_settings_read() -> None:
    example = (ROOT / "deploy" / "environment.example").read_text()
    listed = set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
    read = {
        name
        for file in ("production.py", "base.py")
        for name in re.findall(
            r"(?:environ\.get|required|secret|with_own_password)\(\s*\"([A-Z_]+)\"",
            (ROOT / "portal" / "settings" / file).read_text(),
        )
    }
    optional = {"DEBUG", "WUWEI_ALLOW_DEMO", "WUWEI_MEDIA_DIR", "SMS_FILE", "TENCENT_SMS_REGION"}
    assert read - listed - optional == set()
    assert listed - read == {"WEB_WORKERS"}


def test_example_as_it_stands_does_not_start() -> None:
    example = (ROOT / "deploy" / "environment.example").read_text()
    values = dict(line.split("=", 1) for line in example.splitlines() if re.match(r"[A-Z]", line))
    assert run(values, "check").returncode != 0
