"""Backup and restore for real: what was there at a moment is there again, and people can log in and see it."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from deploy import backup
from portal.accounts.consents import give_consent
from portal.accounts.models import ConsentText
from portal.embedded import Services
from portal.photos.models import Photo
from portal.photos.services import accept_upload, process_waiting_photo
from tests.portal.photos.corpus import jpeg
from tests.portal_server import ROOT, PortalServer, wait_for
from tests.visitor import Visitor
from tests.wishes.wishes.factories import Cast, drafted, make_cast, posted
from wishes.wishes import services
from wishes.wishes.models import Wish
from wishes.wishes.photos import PHOTO_PURPOSE

BEFORE, AFTER = "备份前许下的心愿", "备份后许下的心愿"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A place for backups that the database may write to."""
    path = Path(tempfile.mkdtemp(prefix=f"wuwei-test-{os.getpid()}-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def archiving(portal_server: PortalServer, folder: Path) -> Iterator[PortalServer]:
    """The portal, its database keeping every piece of its log as docs/operations.md says."""
    postgres = portal_server.services.postgres
    assert postgres
    if postgres.account.system_user:
        shutil.chown(folder, postgres.account.system_user)
    ordinary = postgres.settings
    command = f"{sys.executable} {ROOT}/deploy/backup.py --dir {folder} archive-wal %p %f"
    postgres.stop()
    postgres.settings = {**ordinary, "archive_mode": "on", "archive_command": command}
    postgres.start()
    yield portal_server
    postgres.stop()
    postgres.settings = ordinary
    postgres.start()


def run_backup(portal: PortalServer, folder: Path, *arguments: str | Path) -> None:
    postgres = portal.services.postgres
    assert postgres
    env = {**os.environ, "PGHOST": str(postgres.sockets), "PGUSER": "wuwei", "PG_BIN": str(postgres.programs)}
    command = [sys.executable, "deploy/backup.py", "--dir", folder, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def with_photo(cast: Cast, title: str) -> Photo:
    draft = drafted(cast, at=timezone.now(), title=title)
    photo = accept_upload(
        actor=cast.author, file=SimpleUploadedFile("漏水.jpg", jpeg(), "image/jpeg"), purpose=PHOTO_PURPOSE
    )
    services.attach_photo(actor=cast.author, wish=draft, photo=photo)
    services.submit_wish(actor=cast.author, wish=draft)
    process_waiting_photo(photo_id=photo.pk)
    photo.refresh_from_db()
    return photo


def test_restored_to_a_minute_people_log_in_and_see_their_wishes(archiving: PortalServer, folder: Path) -> None:
    portal, media = archiving, archiving.folder / "media"
    assert portal.services.postgres
    with portal.database():
        cast = make_cast()
        give_consent(actor=cast.author, user=cast.author, kind=ConsentText.Kind.PRIVACY)
        photo = with_photo(cast, BEFORE)
    run_backup(portal, folder, "base")
    run_backup(portal, folder, "files", "--media", media)
    with portal.database():
        second = posted(cast, at=timezone.now(), title=AFTER)
    with portal.services.postgres.connect("wuwei") as direct:
        row = direct.execute("SELECT clock_timestamp()").fetchone()
        assert row
        moment = row[0]
        time.sleep(0.1)
        # The damage: every wish and photo gone, whatever guards them, and the files as well.
        direct.execute("SET session_replication_role = replica")
        for table in ("wishes_wishphoto", "portal_photo", "wishes_wish"):
            direct.execute(f"DELETE FROM {table}")
        piece = direct.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
        assert piece
    shutil.rmtree(media)
    run_backup(portal, folder, "files", "--media", media)
    wait_for(lambda: (folder / "wal" / piece[0]).exists(), "the last piece of the log")

    began = time.monotonic()
    home = Path(tempfile.mkdtemp(prefix=f"wuwei-test-{os.getpid()}-"))
    restored = PortalServer(home)
    assert restored.services.postgres
    try:
        to = ("--to", moment.isoformat(), "--data", restored.services.postgres.cluster, "--media", home / "media")
        run_backup(portal, folder, "restore", *to)
        restored.services.start()
        wait_for(lambda: not is_recovering(restored.services), "the end of the recovery")
        restored.start_web()
        wait_for(lambda: restored.health()[0] != 0, "gunicorn on the restored data")
        print(f"Restored in {time.monotonic() - began:.1f} s.")

        visitor = log_in(restored, cast.author.phone or "")
        status, page = visitor.get("/wishes/mine/")
        assert status == 200
        assert BEFORE in page
        assert AFTER in page
        assert visitor.bytes_of(photo.large_url)[8:12] == b"WEBP"
        restored.manage("verify_audit")
        with restored.database(wake=False):
            assert services.withdraw_wish(actor=cast.author, wish=Wish.objects.get(pk=second.pk), reason="不用了").end
    finally:
        restored.stop()
        shutil.rmtree(home, ignore_errors=True)


def is_recovering(services: Services) -> bool:
    assert services.postgres
    with services.postgres.connect() as direct:
        row = direct.execute("SELECT pg_is_in_recovery()").fetchone()
        return bool(row and row[0])


def log_in(portal: PortalServer, phone: str) -> Visitor:
    visitor = Visitor(portal.url)
    visitor.get("/accounts/login/")
    status, _page = visitor.post("/accounts/login/", phone=phone.removeprefix("+86"))
    assert status == 200
    status, _page = visitor.post("/accounts/login/code/", code=portal.phone_code(phone))
    assert status == 200
    return visitor


# -- the folder of backups ---------------------------------------------------------------------------------------------
def base_of(folder: Path, when: datetime, wal: str) -> Path:
    base = folder / "base" / when.strftime(backup.NAME)
    base.mkdir(parents=True)
    (base / "backup_label").write_text(f"START WAL LOCATION: 0/2000028 (file {wal})\n")
    (base / "finished").write_text(when.isoformat())
    return base


def test_a_piece_of_the_log_is_kept_once_and_never_overwritten(tmp_path: Path) -> None:
    piece = tmp_path / "piece"
    piece.write_bytes(b"one")
    backup.archive_wal(tmp_path, piece, "000000010000000000000001")
    backup.archive_wal(tmp_path, piece, "000000010000000000000001")
    piece.write_bytes(b"two")
    with pytest.raises(backup.Refused, match="differs"):
        backup.archive_wal(tmp_path, piece, "000000010000000000000001")
    assert (tmp_path / "wal" / "000000010000000000000001").read_bytes() == b"one"


def test_removed_files_are_kept_as_long_as_a_copy_may_name_them(tmp_path: Path) -> None:
    media, store = tmp_path / "media", tmp_path / "backup"
    (media / "a").mkdir(parents=True)
    store.mkdir()
    (media / "a" / "photo").write_bytes(b"picture")
    (media / "a" / "x.1234.part").write_bytes(b"half")
    assert backup.copy_files(store, media) == (1, 0)
    (media / "a" / "photo").unlink()
    assert backup.copy_files(store, media) == (0, 1)
    assert backup.bring_files_back(store, tmp_path / "then", since=datetime.now(UTC)) == 1
    assert backup.bring_files_back(store, tmp_path / "now", since=None) == 0
    gone = next((store / "files-gone").iterdir())
    gone.rename(gone.with_name("2020-01-01"))
    backup.prune(store, days=30)
    assert not list((store / "files-gone").iterdir())


def test_pruning_keeps_what_a_restore_to_the_first_day_needs(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    pieces = [f"0000000100000000000000{number:02X}" for number in range(1, 7)]
    (tmp_path / "wal").mkdir()
    for name in (*pieces, "00000002.history"):
        (tmp_path / "wal" / name).touch()
    oldest = base_of(tmp_path, now - timedelta(days=50), pieces[0])
    old = base_of(tmp_path, now - timedelta(days=40), pieces[2])
    new = base_of(tmp_path, now - timedelta(days=1), pieces[4])
    (tmp_path / "base" / "2020-01-01T000000Z.making").mkdir()
    backup.prune(tmp_path, days=30)
    assert [base.exists() for base in (oldest, old, new)] == [False, True, True]
    assert sorted(path.name for path in (tmp_path / "wal").iterdir()) == [*pieces[2:], "00000002.history"]


def test_restoring_overwrites_nothing_and_says_when_there_is_no_copy(tmp_path: Path) -> None:
    data, media = tmp_path / "data", tmp_path / "media"
    with pytest.raises(backup.Refused, match="No base copy"):
        backup.restore(tmp_path, to=None, data=data, media=media)
    data.mkdir()
    (data / "PG_VERSION").touch()
    with pytest.raises(backup.Refused, match="not empty"):
        backup.restore(tmp_path, to=None, data=data, media=media)
