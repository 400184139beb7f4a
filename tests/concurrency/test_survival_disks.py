"""No room left, for uploads and for the database: what does not fit is refused, and nothing that was kept is lost."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.photos.models import Photo, PhotoState
from tests.concurrency.callers import SETTLE_SECONDS, TOKEN, Caller, Crowd, HealthWatch, agree, sick
from tests.concurrency.recovery import by_script_faults, note
from tests.grids.roles.factories import make_resident
from tests.portal.photos.corpus import jpeg
from tests.portal_server import ROOT, PortalServer, wait_for
from tests.wishes.wishes.factories import Cast
from wishes.wishes.models import Wish

NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")
SPARE_MEGABYTES = 64
POSTERS = 3


@pytest.fixture
def full_disk(portal_server: PortalServer, tmp_path: Path) -> Iterator[PortalServer]:
    """The portal's web process on a disk of its own for uploads, with room for almost nothing."""
    allowed = (
        shutil.which("unshare")
        and not subprocess.run(
            [*NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", str(tmp_path)], capture_output=True, check=False
        ).returncode
    )
    if not allowed:
        pytest.skip("this kernel lets nobody mount a small disk")
    portal, media = portal_server, tmp_path / "media"
    media.mkdir()
    portal.kill_web(signal.SIGTERM)
    gunicorn = f"{sys.executable} -m gunicorn --config=deploy/gunicorn.conf.py portal.wsgi"
    mounted = f'mount -t tmpfs -o size=16k tmpfs "{media}" && exec {gunicorn}'
    with (portal.folder / "web.log").open("ab") as log:
        portal.processes["web"] = subprocess.Popen(
            [*NAMESPACE, "sh", "-c", mounted],
            cwd=ROOT,
            env={**portal.env, "WUWEI_MEDIA_DIR": str(media)},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    portal.altered.add("web")
    wait_for(lambda: portal.health()[0] != 0, lambda: portal.output()[-3000:])
    yield portal
    portal.make_plain()


def test_full_disk_costs_the_photo_and_nothing_else(full_disk: PortalServer, cast: Cast) -> None:
    portal = full_disk
    with portal.database():
        resident = make_resident(cast.community)
        agree(resident)
        caller = Caller(portal, portal.session_cookie(resident))
    meanwhile = wait_for(lambda: sick(portal, "files"), "a health page that says so")
    draft = caller.insist("wishes/drafts/", {"title": "照片放不下的心愿"}, "full-1", time.monotonic() + 30)
    status, answer = caller.send("photos/", *upload(jpeg(1600, 1200), "full-2"))
    assert (status, answer["code"]) == (507, "photo_no_room")

    began = time.monotonic()
    portal.restart_web()
    portal.wait_until_revived()
    status, answer = caller.send("photos/", *upload(jpeg(1600, 1200), "full-3"))
    seconds = time.monotonic() - began
    assert status == 201, answer
    with portal.database():
        assert Wish.objects.get(pk=draft["id"]).title == "照片放不下的心愿"
        assert not Photo.objects.filter(owner=resident, state=PhotoState.REFUSED).exists()
    found = "the photo refused with 507 and in words, the text kept"
    note("disk of the uploads full", meanwhile=meanwhile, seconds=seconds, found=found)


def upload(content: bytes, key: str) -> tuple[bytes, str, str]:
    """Body, key and content type of a photo sent by a program."""
    head = f'--{TOKEN}\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n'
    return (
        f"{head}Content-Type: image/jpeg\r\n\r\n".encode() + content + f"\r\n--{TOKEN}--\r\n".encode(),
        key,
        f"multipart/form-data; boundary={TOKEN}",
    )


@pytest.fixture
def small_database(portal_server: PortalServer) -> Iterator[Path]:
    """The database's whole cluster on a small disk of its own, which it shares with a file that can be removed.

    Gives the name for that file. Afterwards the cluster is back where it was, with what was written meanwhile.
    """
    postgres = portal_server.services.postgres
    assert postgres
    cluster, kept = postgres.cluster, postgres.cluster.with_name("postgres.kept")
    if os.geteuid() != 0 or postgres.account.system_user:
        pytest.skip("only root can mount a small disk for the database")
    postgres.stop()
    used = sum(file.stat().st_blocks * 512 for file in cluster.rglob("*"))
    cluster.rename(kept)
    cluster.mkdir(mode=0o700)
    size = f"size={used // 1024 + SPARE_MEGABYTES * 1024}k,mode=0700"
    if subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", cluster], check=False).returncode:
        cluster.rmdir()
        kept.rename(cluster)
        postgres.start()
        pytest.skip("this kernel lets nobody mount a small disk")
    ballast = cluster / "ballast"
    try:
        shutil.copytree(kept, cluster, symlinks=True, dirs_exist_ok=True)
        postgres.start()
        yield ballast
    finally:
        ballast.unlink(missing_ok=True)
        postgres.stop()
        back = cluster.with_name("postgres.back")
        shutil.copytree(cluster, back, symlinks=True)
        subprocess.run(["umount", cluster], check=True)
        cluster.rmdir()
        back.rename(cluster)
        shutil.rmtree(kept)
        postgres.start()


def full(ballast: Path) -> bool:
    """Leave no byte, and say so."""
    with ballast.open("ab", buffering=0) as file:
        for size in (1024 * 1024, 4096):
            try:
                while file.write(b"\0" * size) == size:
                    pass
            except OSError:
                continue
    return True


@by_script_faults
def test_full_database_disk_refuses_and_recovers_with_room(
    portal_server: PortalServer, small_database: Path, cast: Cast
) -> None:
    """Whatever the database does with a full disk, refuse or stop: what it acknowledged is there when there is room."""
    portal = portal_server
    portal.wait_until_revived()
    crowd = Crowd(portal, cast, POSTERS)
    with crowd:
        wait_for(lambda: crowd.has_posted(2 * POSTERS), "the first posts")
        with HealthWatch(portal) as watch:
            # Whatever it frees for itself is taken too, until it refuses.
            wait_for(lambda: full(small_database) and sick(portal, "database"), "a health page that says so")
            wait_for(lambda: full(small_database) and crowd.retries >= 2 * POSTERS, "posts that are refused")
        before = len(crowd.acknowledged)
        began = time.monotonic()
        small_database.unlink()
        portal.services.start()
        wait_for(lambda: crowd.has_posted(before + POSTERS + 1), "posts again", SETTLE_SECONDS)
        seconds = time.monotonic() - began
    portal.wait_until_revived()
    with portal.database():
        found = crowd.check_kept()
    note("disk of the database full while people post", meanwhile=watch.words, seconds=seconds, found=found)
