"""Who calls the API: a program with an app token, or a page with the person's session (then CSRF is checked)."""

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from portal.accounts.models import User
from portal.api.models import AppToken
from portal.api.tokens import token_of


class AppTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer wuwei_…`"""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, AppToken] | None:
        """The person behind the token; None where no token is given. Raises AuthenticationFailed for a dead one."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != self.keyword.lower().encode():
            return None
        text = parts[1].decode("ascii", "replace") if len(parts) == 2 else ""
        token = token_of(text, timezone.now())
        if token is None:
            raise AuthenticationFailed(_("令牌不对、已停用或过期了，请到“我的应用令牌”重新申请。"), code="bad_token")
        # A program that names no language is answered in its owner's.
        if not request.headers.get("Accept-Language"):
            translation.activate(token.user.language)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return f'{self.keyword} realm="wuwei"'


class AppTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The token in the OpenAPI schema."""

    target_class = "portal.api.authentication.AppTokenAuthentication"
    name = "appToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": _("在“我的应用令牌”里申请的令牌")}
