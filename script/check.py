"""What `script/test` does: the whole gate without arguments, pytest alone with them, on throw-away services."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from portal.embedded import EmbeddedError, throw_away  # noqa: E402 (the checkout is not an installed package)


def has_migrations() -> bool:
    return all((ROOT / app / "migrations").glob("0001_*.py") for app in ("portal", "grids", "wishes"))


def main(arguments: list[str]) -> int:
    try:
        with throw_away() as services:
            environment = {**os.environ, **services.environment(), "DJANGO_SETTINGS_MODULE": "portal.settings.test"}
            extra = (
                []
                if all(any((ROOT / app / "migrations").glob("0001_*.py")) for app in ("portal", "grids", "wishes"))
                else ["--nomigrations"]
            )
            return subprocess.run(
                [sys.executable, "-m", "pytest", *extra, *arguments], cwd=ROOT, env=environment, check=False
            ).returncode
    except EmbeddedError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
