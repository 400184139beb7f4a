"""Another system, on this machine: keeps what it is told and answers what the test wants."""

import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Endpoint:
    """`answers` are the statuses given in turn, 200 when none is left; `wait` is how long each answer takes."""

    url: str
    answers: list[int] = field(default_factory=list)
    wait: float = 0
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def running() -> Iterator[Endpoint]:
    endpoint = Endpoint("")

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            endpoint.received.append(({name.lower(): value for name, value in self.headers.items()}, body))
            time.sleep(endpoint.wait)
            status = endpoint.answers.pop(0) if endpoint.answers else 200
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", endpoint.url + "elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    endpoint.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
