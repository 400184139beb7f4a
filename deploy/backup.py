#!/usr/bin/env python3
"""Backup of the database and the uploaded files, and restoring both to any minute; see docs/operations.md.

Python's standard library and PostgreSQL's own programs are all it needs. BACKUP_DIR holds everything:

    base/2026-11-21T190000Z/   a whole copy of the database, checked against its manifest
    wal/                       what was written since, in pieces of at most a minute (archive_timeout)
    files/                     the uploaded files as they are
    files-gone/2026-11-21/     files that were removed on that day, kept as long as a base copy may name them
"""

import argparse
import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

NAME = "%Y-%m-%dT%H%M%SZ"
MAKING = ".making"


class Refused(RuntimeError):
    """Something that must not be done, or cannot; the message says why."""


def say(words: str) -> None:
    print(words, flush=True)


def program(name: str) -> str:
    """One of PostgreSQL's programs: from the folder PG_BIN where it is set."""
    folder = os.environ.get("PG_BIN")
    return str(Path(folder) / name) if folder else name


def flush(path: Path) -> None:
    """Return only when the disk has it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def copy_whole(source: Path, target: Path) -> None:
    """Copy one file so that nobody ever meets half of it under its name."""
    half = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.copy2(source, half)
    flush(half)
    half.rename(target)
    flush(target.parent)


@contextmanager
def alone(backup: Path) -> Iterator[None]:
    """Only one backup, copy of files or removal of old ones at a time."""
    backup.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (backup / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def archive_wal(backup: Path, source: Path, name: str) -> None:
    """Keep one finished piece of the log: PostgreSQL's archive_command. Never overwrites another's."""
    folder = backup / "wal"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / name
    if target.exists():
        if target.read_bytes() == source.read_bytes():
            return  # asked again after a crash
        raise Refused(f"{target} is there already and differs: two servers archive into one folder.")
    copy_whole(source, target)


def take_base(backup: Path) -> Path:
    """Copy the whole database while it runs, and check the copy. The connection is libpq's (PGHOST, PGUSER …)."""
    name = datetime.now(UTC).strftime(NAME)
    making, done = backup / "base" / f"{name}{MAKING}", backup / "base" / name
    making.parent.mkdir(mode=0o700, exist_ok=True)
    for left in making.parent.glob(f"*{MAKING}"):
        shutil.rmtree(left)
    copy = ["--pgdata", str(making), "--checkpoint=fast", "--wal-method=stream", "--no-password"]
    if sys.stdout.isatty():
        copy.append("--progress")
    for command in ([program("pg_basebackup"), *copy], [program("pg_verifybackup"), "--quiet", str(making)]):
        if subprocess.run(command, check=False).returncode:  # noqa: S603 (ours)
            raise Refused(f"{Path(command[0]).name} failed; there is no new base copy.")
    # The name is when it began; restoring to a moment needs one that was finished before it.
    (making / "finished").write_text(datetime.now(UTC).isoformat())
    making.rename(done)
    flush(done.parent)
    return done


def copy_files(backup: Path, media: Path) -> tuple[int, int]:
    """Bring `files` up to date; return how many came and how many went. Uploaded files never change their content."""
    kept, gone = backup / "files", backup / "files-gone" / datetime.now(UTC).date().isoformat()
    kept.mkdir(mode=0o700, exist_ok=True)
    here = set(files_of(media))
    there = set(files_of(kept))
    came = 0
    for path in sorted(here - there):
        (kept / path).parent.mkdir(parents=True, exist_ok=True)
        try:
            copy_whole(media / path, kept / path)
            came += 1
        except FileNotFoundError:
            continue  # removed while we looked
    for path in there - here:
        (gone / path).parent.mkdir(parents=True, exist_ok=True)
        (kept / path).replace(gone / path)
    return came, len(there - here)


def files_of(folder: Path) -> Iterator[Path]:
    """Every file below, by its path from there; half copies are left out."""
    for parent, _folders, names in os.walk(folder):
        for name in names:
            if not name.startswith(".") and not name.endswith(".part"):
                yield (Path(parent) / name).relative_to(folder)


def finished_at(base: Path) -> datetime:
    """When this base copy was complete."""
    return datetime.fromisoformat((base / "finished").read_text())


def bases(backup: Path) -> list[Path]:
    """Complete base copies, the oldest first."""
    return sorted(path.parent for path in (backup / "base").glob("*/finished") if MAKING not in path.parent.name)


def first_wal(base: Path) -> str:
    """The first piece of the log this copy needs."""
    line = (base / "backup_label").read_text().splitlines()[0]
    return line.rsplit(" ", 1)[1].rstrip(")")


def prune(backup: Path, *, days: int) -> None:
    """Forget what no restore of the last `days` days needs; the newest base copy always stays."""
    limit = datetime.now(UTC) - timedelta(days=days)
    found = bases(backup)
    # The newest of the old ones is where a restore to the first of those days begins.
    old = [base for base in found if finished_at(base) < limit][:-1]
    for base in old:
        shutil.rmtree(base)
        say(f"Removed {base.name}.")
    if left := [base for base in found if base not in old]:
        needed = first_wal(left[0])[8:]  # without the number of the timeline
        for piece in (backup / "wal").glob("[0-9A-F]" * 24 + "*"):
            if piece.name[8:24] < needed:
                piece.unlink()
    for day in (backup / "files-gone").glob("????-??-??"):
        if date.fromisoformat(day.name) < limit.date():
            shutil.rmtree(day)


def restore(backup: Path, *, to: datetime | None, data: Path, media: Path) -> None:
    """Lay out a data folder that brings itself to the moment when PostgreSQL starts on it, and the files of then."""
    for folder in (data, media):
        if folder.exists() and any(folder.iterdir()):
            raise Refused(f"{folder} is not empty. Nothing is overwritten: move it away first.")
    fitting = [base for base in bases(backup) if to is None or finished_at(base) <= to]
    if not fitting:
        raise Refused("No base copy was complete at that time.")
    base = fitting[-1]
    say(f"From the base copy {base.name} …")
    shutil.copytree(base, data, dirs_exist_ok=True, symlinks=True)
    data.chmod(0o700)
    (data / "finished").unlink()
    wal = str(backup.absolute() / "wal")
    settings = {
        "restore_command": f'cp "{wal}/%f" "%p"',
        "recovery_target_timeline": "latest",
        "recovery_target_action": "promote",
        **({"recovery_target_time": to.isoformat(" ")} if to else {}),
    }
    with (data / "postgresql.auto.conf").open("a") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
    (data / "recovery.signal").touch()
    count = bring_files_back(backup, media, since=to)
    say(f"The database is ready to start in {data} and brings itself to {to or 'the last moment kept'}.")
    say(f"{count} files are in {media}.")


def bring_files_back(backup: Path, media: Path, *, since: datetime | None) -> int:
    """The files there are, and those removed since that moment; what the database does not name is swept later."""
    folders = [backup / "files"]
    if since is not None:
        day = since.astimezone(UTC).date().isoformat()
        folders += [gone for gone in sorted((backup / "files-gone").glob("*")) if gone.name >= day]
    count = 0
    for folder in folders:
        for path in files_of(folder):
            if not (media / path).exists():
                (media / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(folder / path, media / path)
                count += 1
    return count


def moment(text: str) -> datetime:
    """A time with its zone, as in 2026-11-21T15:04:00+08:00."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise argparse.ArgumentTypeError("say the zone as well, as in 2026-11-21T15:04:00+08:00")
    return found


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="deploy/backup.py", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--dir", type=Path, default=os.environ.get("BACKUP_DIR"), help="the folder of all backups")
    whats = parser.add_subparsers(dest="what", required=True)
    wal = whats.add_parser("archive-wal", help="archive_command of PostgreSQL: %%p %%f")
    wal.add_argument("path", type=Path)
    wal.add_argument("name")
    whats.add_parser("base", help="copy the whole running database")
    files = whats.add_parser("files", help="copy new uploaded files")
    old = whats.add_parser("prune", help="forget what is older than --days")
    old.add_argument("--days", type=int, default=os.environ.get("BACKUP_DAYS", 30))
    back = whats.add_parser("restore", help="lay out database and files as they were")
    back.add_argument("--to", type=moment, help="the moment, with its zone; without it, the last one kept")
    back.add_argument("--data", type=Path, required=True, help="PostgreSQL's new data folder")
    for one in (files, back):
        one.add_argument("--media", type=Path, default=os.environ.get("WUWEI_MEDIA_DIR"), help="the uploaded files")
    options = parser.parse_args(arguments)
    for name in ("dir", "media"):
        if getattr(options, name, "") is None:
            parser.error(f"--{name} is needed")
    return options


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    os.umask(0o077)
    try:
        if options.what == "archive-wal":
            archive_wal(options.dir, options.path, options.name)
            return 0
        with alone(options.dir):
            if options.what == "base":
                say(f"Base copy {take_base(options.dir).name} is complete and checked.")
            elif options.what == "files":
                came, went = copy_files(options.dir, options.media)
                say(f"{came} new files copied, {went} removed ones put aside.")
            elif options.what == "prune":
                prune(options.dir, days=options.days)
            else:
                restore(options.dir, to=options.to, data=options.data, media=options.media)
    except (Refused, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
