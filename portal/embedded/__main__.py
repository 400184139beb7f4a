"""`python -m portal.embedded`: start, stop, status, env."""

import argparse
import os
import sys
from pathlib import Path

from portal.embedded import EmbeddedError, Services


def main(arguments: list[str] | None = None) -> int:
    """The command line: start, stop, status, env."""
    parser = argparse.ArgumentParser(prog="python -m portal.embedded", description="Embedded PostgreSQL and Valkey.")
    parser.add_argument("action", choices=["start", "stop", "status", "env"])
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("WUWEI_DATA_DIR", ".data")))
    options = parser.parse_args(arguments)
    services = Services(options.data)
    assert services.postgres
    assert services.valkey
    try:
        if options.action == "start":
            services.start()
        elif options.action == "stop":
            services.stop()
    except EmbeddedError as error:
        print(error, file=sys.stderr)
        return 1
    if options.action == "env":
        print("\n".join(f"export {name}='{value}'" for name, value in services.environment().items()))
        return 0
    running = {"PostgreSQL": services.postgres.pid(), "Valkey": services.valkey.pid()}
    for name, pid in running.items():
        print(f"{name}: {'running, process ' + str(pid) if pid else 'not running'}")
    return 0 if all(running.values()) or options.action != "status" else 3


if __name__ == "__main__":
    raise SystemExit(main())
