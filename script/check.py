"""What `script/test` does: the whole gate without arguments, pytest alone with them, on throw-away services."""

import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from portal.embedded import EmbeddedError, Services, throw_away  # noqa: E402 (the checkout is not an installed package)

PACKAGES = ("portal", "grids", "wishes")
TOOLS = Path(sys.executable).parent
MANAGE = (sys.executable, "manage.py")
# Their unique constraints hold for columns that come with them: code from before cannot offend them.
KNOWN = ("--ignore-name", "0014_claims_in_the_name_of", "0015_gifts", "0019_raised")
# A file's tests stay together, so that what they share is made once; tests/conftest.py has the longest begin.
IN_PARALLEL = ("-n", "3", "--dist", "loadfile", "--no-loadscope-reorder")


def steps() -> dict[str, list[tuple[str, ...]]]:
    """The checks that need no browser and no pytest, by name; each command has to end well."""
    templates = tuple(str(path.relative_to(ROOT)) for path in sorted((ROOT / "templates").rglob("*.html")))
    return {
        "types": [(sys.executable, "-m", "mypy", *PACKAGES, "tests", "script", "manage.py")],
        # All test processes read what pytest makes of the tests; here it is made once.
        "tests": [(sys.executable, "-m", "pytest", "--collect-only", "-qq")],
        "format": [(sys.executable, "-m", "ruff", "format", "--check", ".")],
        "lint": [(sys.executable, "-m", "ruff", "check", ".")],
        "layers": [(str(TOOLS / "lint-imports"), "--no-cache")],
        "templates": [
            (str(TOOLS / "djade"), "--check", "--target-version=5.2", *templates),
            (str(TOOLS / "djlint"), "--lint", "--quiet", "--allow-empty-input", "templates"),
        ],
        "migrations": [
            (*MANAGE, "makemigrations", "--check", "--dry-run"),
            # Among the system checks is that each app's migrations form one line.
            (*MANAGE, "check", "--fail-level=WARNING"),
            (
                *MANAGE,
                "lintmigrations",
                "--include-apps",
                *PACKAGES,
                "--ignore-initial-migrations",
                "--quiet=ok",
                *KNOWN,
            ),
        ],
    }


def run_step(name: str, commands: list[tuple[str, ...]], environment: dict[str, str]) -> tuple[str, float, str]:
    """Run one check; its output is worth showing only when it fails."""
    began = time.monotonic()
    for command in commands:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        if done.returncode:
            return name, time.monotonic() - began, done.stdout or f"{command[0]} ended with {done.returncode}"
    return name, time.monotonic() - began, ""


def run_gate(services: Services, environment: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """Run every check but pytest, two at a time, and make ready for pytest beside them.

    Return the environment for pytest, and the names of the checks that failed.
    """
    failed = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        ready = pool.submit(make_ready, services, environment)
        running = [pool.submit(run_step, name, commands, environment) for name, commands in steps().items()]
        for future in running:
            name, seconds, complaint = future.result()
            print(f"{'✗' if complaint else '✓'} {name} ({seconds:.0f} s)", flush=True)
            if complaint:
                print(complaint, flush=True)
                failed.append(name)
    return ready.result(), failed


def make_ready(services: Services, environment: dict[str, str]) -> dict[str, str]:
    """What all of pytest's processes stand on; return the environment that tells them where it is."""
    prepare(environment)
    return migrate_once(services, environment)


def prepare(environment: dict[str, str]) -> None:
    """Compile messages and collect static files once, before anything reads them from two processes at a time."""
    development = {**environment, "DJANGO_SETTINGS_MODULE": "portal.settings.development"}
    subprocess.run([sys.executable, "script/prepare.py"], cwd=ROOT, env=development, check=True)


def migrate(environment: dict[str, str]) -> None:
    subprocess.run([*MANAGE, "migrate", "--no-input", "--verbosity=0"], cwd=ROOT, env=environment, check=True)


def migrate_once(services: Services, environment: dict[str, str]) -> dict[str, str]:
    """Bring databases up to date for all test processes to copy; return the environment that says so.

    Tests copy "wuwei" within the server. Whole portals run a server of their own on a copy of this one's files, in
    which "pristine" is as they need it.
    """
    migrate(environment)
    found = {**environment, "WUWEI_TEST_TEMPLATE": "wuwei"}
    postgres = services.postgres
    if postgres is None or postgres.account.system_user:
        return found  # A copy of its files would not belong to that user.
    with postgres.connect() as direct:
        direct.execute("CREATE DATABASE pristine TEMPLATE wuwei")
    address = postgres.url.removesuffix("wuwei") + "pristine"
    migrate({**environment, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "portal.settings.development"})
    postgres.stop()
    cluster = services.data / "pristine"
    shutil.copytree(postgres.cluster, cluster)
    postgres.start()
    return {**found, "WUWEI_TEST_CLUSTER": str(cluster)}


def main(arguments: list[str]) -> int:
    try:
        with throw_away() as services:
            environment = {**os.environ, **services.environment(), "DJANGO_SETTINGS_MODULE": "portal.settings.test"}
            # Dozens of processes start here, and would all compile the same files.
            environment.pop("PYTHONDONTWRITEBYTECODE", None)
            failed: list[str] = []
            if arguments:
                prepare(environment)
            else:
                environment, failed = run_gate(services, environment)
            # Browsers and processes are waited for a good part of the time, so two cores carry three workers.
            tests = subprocess.run(
                [sys.executable, "-m", "pytest", *(arguments or IN_PARALLEL)],
                cwd=ROOT,
                env=environment,
                check=False,
            ).returncode
            if failed:
                print(f"Failed besides pytest: {', '.join(failed)}", flush=True)
            return tests or bool(failed)
    except EmbeddedError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
