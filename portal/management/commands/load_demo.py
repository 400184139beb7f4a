"""`manage.py load_demo`: two real places with invented people and stories; `--accounts` says who can log in."""

from argparse import ArgumentParser
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from tqdm import tqdm

from grids.roles.queries import held_by
from portal.accounts.models import User
from portal.formats import list_words
from portal.site.demo.director import is_loaded, load
from portal.site.demo.people import ADMINISTRATORS, NEIGHBOURS, PASSWORD, STAFF, TOTP_SECRET, Neighbour
from portal.site.demo.stories import STORIES

SHOWN = ("钱桂芳", "何小军", "吴敏", "林志强", "曹阳", "程宝山")


class Command(BaseCommand):
    """Loads the demo once; a second run changes nothing."""

    help = "Load the demo into an empty portal, or print who can log in (--accounts)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--accounts", action="store_true", help="print the demo accounts")
        parser.add_argument(
            "--code", action="store_true", help="print the current six-digit code of the staff accounts"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["code"]:
            self.stdout.write(current_code())
        elif options["accounts"]:
            self._print_accounts()
        else:
            self._load()

    def _load(self) -> None:
        if settings.REFUSE_DEMO_ACCOUNTS:
            raise CommandError(_("这里不能装演示数据：演示账号的密码人人都知道。"))
        if is_loaded():
            self.stdout.write(_("演示数据已经装好了。"))
            return
        if User.objects.exists():
            raise CommandError(_("已经有人在用这个门户，演示数据只能装进空的数据库。"))
        with tqdm(total=1, desc=_("演示故事"), unit=_("步"), disable=None) as bar:

            def tell(played: int, total: int) -> None:
                bar.total = total
                bar.update(played - bar.n)

            load(STORIES, now=timezone.now().replace(second=0, microsecond=0), progress=tell)
        self.stdout.write(_("演示数据装好了：%d 个故事。") % len(STORIES))

    def _print_accounts(self) -> None:
        if not is_loaded():
            raise CommandError(_("还没有装演示数据。"))
        self.stdout.write(_("工作人员（密码 %(password)s，两步登录密钥 %(secret)s）") % _secrets())
        self.stdout.write(_("  现在的六位验证码：script/manage load_demo --code"))
        for one in (*STAFF, *ADMINISTRATORS):
            self.stdout.write(f"  {one.username:<22} {one.name}　{_what(User.objects.get(username=one.username))}")
        self.stdout.write(_("居民和志愿者（手机验证码会显示在服务器窗口里）"))
        for neighbour in NEIGHBOURS:
            if neighbour.name in SHOWN:
                self.stdout.write(f"  {_plain(neighbour):<22} {neighbour.name}　{_what(_person(neighbour))}")


def current_code() -> str:
    """The six digits that an authenticator app would show now."""
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(TOTP_SECRET, counter)))


def _secrets() -> dict[str, str]:
    return {"password": PASSWORD, "secret": TOTP_SECRET}


def _plain(neighbour: Neighbour) -> str:
    return neighbour.phone.removeprefix("+86")


def _person(neighbour: Neighbour) -> User:
    return User.objects.get(phone=neighbour.phone)


def _what(user: User) -> str:
    return list_words(dict.fromkeys(str(held.role.label) for held in held_by(user)))
