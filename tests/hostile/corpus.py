"""What people type who mean no good, or whose keyboard had a bad day."""

# Each of these would do something if some part of the portal took it for more than text.
MARK = "xyzzy"
TEXTS = {
    "script": f"<script>alert('{MARK}')</script>",
    "attribute": f"\"'><img src=x onerror=alert('{MARK}')>",
    "svg": f"<svg/onload=alert('{MARK}')>",
    "link": f"javascript:alert('{MARK}')",
    "template": "{{ request.user.password }}{% debug %}${7*7}#{7*7}",
    "format": "%s%n%(name)s{0}{name.__class__.__init__.__globals__}",
    "sql": "'; DROP TABLE wishes_wish; -- \\' OR 1=1",
    "crlf": "a\r\nSet-Cookie: x=1\r\n\r\n<html>",
    "nul": "a\x00b\x1b[31m\x7f\x85",
    "right-to-left": "\u202egnp.exe\u2066\u200f",
    "invisible": "\u200b\u200c\ufeff\u2060\u00ad",
    "emoji": "👨‍👩‍👧‍👦🏳️‍🌈é\u0301\u0301\u0301",
    "long": "长" * 10_000,
    "formula": '=HYPERLINK("http://x","y")',
    "noncharacter": "a\ufffe\uffff\U0001fffeb",
    "traversal": "../../../../etc/passwd",
}
# Nothing of this may stand in a page as markup.
MARKUP = (f"<script>alert('{MARK}')", "<img src=x onerror", "<svg/onload", 'href="javascript:alert')
# Nothing of this may come out of a page: what a template or a format string would make of its text.
MADE = ("MultiValueDict", "pbkdf2_", "__globals__': ")

PARAMETERS = (
    "q search o p page page_size sort order after before cursor limit state end kind category community grid place "
    "where show tab status from to scope level code lat lon unread mine next"
).split()
VALUES = (
    "'\"><script>alert(1)</script>\x00",
    "-99999999999999999999999999999",
    "١٢٣ ４５６",
    "\u202e%00\ud83d".encode("utf-8", "surrogatepass").decode("utf-8", "replace") + "9" * 3000,
)
FILE_NAMES = (
    "../../../../etc/cron.d/x.jpg",
    "<script>alert(1)</script>.png",
    "a\r\nContent-Type: text/html\r\n.jpg",
    "\u202egpj.exe",
    "名" * 300 + ".jpg",
    "nul.jpg\x00.php",
    ".htaccess",
    "",
)
