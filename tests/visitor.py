"""A browser without a screen: follows redirects, keeps cookies, sends forms with their CSRF token."""

from http.cookiejar import Cookie, CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener


class Visitor:
    """Somebody at the portal whose address is `url`."""

    def __init__(self, url: str, *cookies: dict[str, str], timeout: float = 30) -> None:
        self.url, self.timeout = url, timeout
        self.jar = CookieJar()
        self.opener: OpenerDirector = build_opener(HTTPCookieProcessor(self.jar))
        for cookie in cookies:
            self.jar.set_cookie(_cookie(urlsplit(url).hostname or "", cookie["name"], cookie["value"]))

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of a page; raises OSError when nobody answers."""
        return self._ask(Request(f"{self.url}{path}"))

    def post(self, path: str, **fields: str) -> tuple[int, str]:
        """Status and text of what a form leads to."""
        token = next((cookie.value for cookie in self.jar if cookie.name == "csrftoken"), "")
        data = urlencode({**fields, "csrfmiddlewaretoken": token or ""}).encode()
        return self._ask(Request(f"{self.url}{path}", data=data, headers={"Referer": self.url}))

    def bytes_of(self, path: str) -> bytes:
        """A file, such as a photo."""
        with self.opener.open(f"{self.url}{path}", timeout=self.timeout) as answer:
            found: bytes = answer.read()
            return found

    def _ask(self, request: Request) -> tuple[int, str]:
        try:
            with self.opener.open(request, timeout=self.timeout) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()


def _cookie(host: str, name: str, value: str) -> Cookie:
    # An address without a dot is `localhost.local` to the standard library; ours are numbers.
    return Cookie(0, name, value, None, False, host, False, False, "/", True, False, None, True, None, None, {})
