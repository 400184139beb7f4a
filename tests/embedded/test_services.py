"""The embedded PostgreSQL and Valkey start after any kind of death, and only their owner reaches them."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.embedded import EmbeddedError, Services
from portal.embedded.account import account_for_postgres
from portal.embedded.folders import SOCKET_PATH_LIMIT, private_folder, socket_folder
from portal.embedded.processes import command_line
from portal.embedded.services import sweep_throw_away


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    services = Services(tmp_path_factory.mktemp("shared") / "data", durable=False)
    yield services
    services.remove()


@pytest.fixture
def services(shared: Services) -> Services:
    """Both running, in whatever state the tests before left their data."""
    shared.start()
    return shared


def kept(services: Services) -> tuple[object, object]:
    """The values that `keep` left in both."""
    assert services.postgres
    assert services.valkey
    with services.postgres.connect("wuwei") as connection:
        row = connection.execute("SELECT word FROM kept").fetchone()
    with services.valkey.client() as client:
        return row and row[0], client.get("kept")


def keep(services: Services, word: str) -> None:
    assert services.postgres
    assert services.valkey
    with services.postgres.connect("wuwei") as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES (%s)", [word])
    with services.valkey.client() as client:
        client.set("kept", word)


def pids(services: Services) -> tuple[int | None, int | None]:
    assert services.postgres
    assert services.valkey
    return services.postgres.pid(), services.valkey.pid()


def kill_9(*processes: int | None) -> None:
    for process in processes:
        assert process
        os.kill(process, 9)


def test_running_services_are_used_as_they_are(services: Services) -> None:
    before = pids(services)
    Services(services.data, durable=False).start()
    assert pids(services) == before != (None, None)


def test_nothing_is_lost_when_both_are_killed(tmp_path: Path) -> None:
    services = Services(tmp_path / "data")
    try:
        services.start()
        keep(services, "还在")
        kill_9(*pids(services))
        services.start()
        assert kept(services) == ("还在", "还在".encode())
        # And neither would be by a power cut.
        assert services.postgres
        assert services.valkey
        with services.postgres.connect() as connection:
            assert connection.execute("SHOW fsync").fetchone() == ("on",)
        with services.valkey.client() as client:
            assert client.config_get("appendonly") == {"appendonly": "yes"}
    finally:
        services.remove()


def test_lock_file_with_the_number_of_a_stranger_is_cleared(services: Services) -> None:
    assert services.postgres
    services.stop()
    # As after a restart of the machine: the number in the lock file belongs to another program now.
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        lock = services.postgres.cluster / "postmaster.pid"
        lock.write_text(f"{stranger.pid}\n{services.postgres.cluster}\n")
        assert services.postgres.pid() is None
        services.start()
        assert services.postgres.pid() not in (None, stranger.pid)
        assert stranger.poll() is None
    finally:
        stranger.communicate(b"\n")


def test_valkey_whose_socket_was_deleted_is_replaced(services: Services) -> None:
    assert services.valkey
    unreachable = services.valkey.pid()
    services.valkey.socket.unlink()
    services.start()
    assert services.valkey.pid() not in (None, unreachable)
    assert command_line(unreachable or 0) == ""


def test_half_made_cluster_is_made_anew(services: Services) -> None:
    assert services.postgres
    services.remove()
    half = services.postgres.cluster.with_name("postgres.making")
    half.mkdir()
    (half / "PG_VERSION").write_text("18")
    services.start()
    assert services.postgres.pid()


def test_only_the_owner_reaches_sockets_and_no_port_is_open(services: Services) -> None:
    assert services.postgres
    assert services.valkey
    assert stat.S_IMODE(services.postgres.sockets.stat().st_mode) == 0o700
    assert stat.S_IMODE(services.data.stat().st_mode) == 0o700
    with services.postgres.connect() as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    with services.valkey.client() as client:
        assert client.config_get("port") == {"port": "0"}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_long_path_gets_short_sockets(tmp_path: Path) -> None:
    data = tmp_path / ("很长的文件夹" * 8)
    folder = socket_folder(data)
    assert len(os.fsencode(folder / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT
    services = Services(data, durable=False)
    try:
        services.start()
        assert services.environment()["REDIS_URL"].startswith(f"unix://{folder}/")
        assert None not in pids(services)
    finally:
        services.remove()


def test_link_in_place_of_the_socket_folder_is_refused(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    link = tmp_path / "link"
    link.symlink_to(elsewhere)
    with pytest.raises(EmbeddedError, match="belongs to somebody else"):
        private_folder(link)


def test_root_without_namespaces_and_without_a_system_user_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_name: str) -> None:
        raise KeyError

    monkeypatch.setattr("shutil.which", lambda _program: None)
    monkeypatch.setattr("pwd.getpwnam", nobody)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    with pytest.raises(EmbeddedError, match="DATABASE_URL"):
        account_for_postgres()


def test_failed_start_says_why(services: Services) -> None:
    assert services.postgres
    services.stop()
    configuration = services.postgres.cluster / "postgresql.conf"
    good = configuration.read_text()
    configuration.write_text("no_such_setting = 1\n")
    with pytest.raises(EmbeddedError, match="no_such_setting"):
        services.start()
    configuration.write_text(good)


def test_what_a_killed_test_run_left_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    left = Services(tmp_path / f"wuwei-test-{ended.pid}-x", durable=False)
    own = tmp_path / f"wuwei-test-{os.getpid()}-x"
    own.mkdir()
    left.start()
    running = pids(left)
    sweep_throw_away()
    assert not left.data.exists()
    assert all(command_line(pid or 0) == "" for pid in running)
    assert own.exists()
