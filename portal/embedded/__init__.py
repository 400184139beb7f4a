"""PostgreSQL and Valkey from the installed wheels, for machines that have no database server of their own.

Both listen on unix sockets in a folder only their owner can enter, never on TCP. A service that is already running
on the same data folder is used as it is; what a killed process left behind is recognised and cleared, so starting
works after any kind of death.

    services = Services(Path(".data"))
    services.start()
    os.environ.update(services.environment())
    …
    services.stop()

From a shell: ``python -m portal.embedded start|stop|status|env`` (``--data FOLDER``, default ``.data``).
"""

from portal.embedded.processes import MARK, EmbeddedError, end_marked
from portal.embedded.services import Services, throw_away

__all__ = ["MARK", "EmbeddedError", "Services", "end_marked", "throw_away"]
