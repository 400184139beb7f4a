"""A text message gateway that takes every message and says nothing, until it is told to speak."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

TAKEN = {"Code": "OK", "Message": "OK", "BizId": "1", "RequestId": "1"}


class SilentGateway(BaseHTTPRequestHandler):
    """`asked` holds the words of each request; without `speaks` a request is held until its sender goes."""

    asked: ClassVar[list[str]]
    speaks: ClassVar[threading.Event]

    def do_POST(self) -> None:
        self.asked.append(parse_qs(urlsplit(self.path).query)["TemplateParam"][0])
        if not self.speaks.is_set():
            self.rfile.read()
            return
        answer = json.dumps(TAKEN).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Quiet."""


@contextmanager
def silent_gateway() -> Iterator[tuple[type[SilentGateway], str]]:
    """The gateway, and the address it listens on."""
    handler = type("ThisGateway", (SilentGateway,), {"asked": [], "speaks": threading.Event()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield handler, f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
