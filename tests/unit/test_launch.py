"""What `./run` promises before anything is installed, and the parts it is made of."""

import ast
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from launch import measuring, service, stamps
from launch.console import Refusal
from launch.verbs import main

ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / "run"
LOCKS = sorted(ROOT.glob("requirements*.txt"))


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, RUN, *arguments], capture_output=True, text=True, timeout=60, check=False)


def test_help_names_every_verb() -> None:
    done = run("--help")
    assert done.returncode == 0
    for verb in ("serve", "test", "lint", "evaluate", "parity", "attack", "bench", "flask", "python", "assets", "i18n"):
        assert re.search(rf"^  {verb}\b", done.stdout, re.MULTILINE)


def test_unknown_verb_is_refused_in_one_line_on_standard_error() -> None:
    done = run("dance")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_taken_port_is_refused_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("serve", "--port", str(port))
    assert done.returncode == 1
    assert done.stderr.strip() == f"run: port {port} is in use; choose another: ./run serve --port {port + 1}"


@pytest.mark.parametrize("port", ["0", "65536", "eighty", "-1", ""])
def test_impossible_port_is_refused(port: str) -> None:
    done = run("serve", f"--port={port}")
    assert done.returncode == 2
    assert "is not a port" in done.stderr


def test_run_is_readable_to_old_pythons() -> None:
    ast.parse(RUN.read_text(encoding="ascii"), feature_version=(3, 4))


def test_launch_imports_only_the_standard_library() -> None:
    imported = set()
    for path in (ROOT / "launch").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").split(".")[0])
    assert imported - {"launch"} <= sys.stdlib_module_names


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_lock_pins_and_hashes_every_package_and_names_no_host(lock: Path) -> None:
    text = lock.read_text(encoding="ascii")
    entries = [entry for entry in re.split(r"\n(?=\S)", text.strip()) if not entry.startswith("#")]
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9-]+(\[[a-z,]+\])?==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry
    assert "://" not in text


@pytest.mark.parametrize("lock", ["requirements-dev.txt", "requirements-evaluate.txt"])
def test_larger_locks_hold_the_runtime_lock(lock: str) -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^[a-z0-9-]+==\S+", (ROOT / name).read_text(encoding="ascii"), re.MULTILINE))

    assert pins("requirements.txt") <= pins(lock)


@pytest.mark.parametrize(
    ("verb", "arguments", "module", "with_peers"),
    [
        ("evaluate", ["--task", "x"], "ml.evaluation", True),
        ("evaluate", ["--ablation", "--task", "x"], "ml.ablation", True),
        ("parity", ["--json", "x"], "ml.parity", False),
        ("attack", [], "ml.attack", False),
        ("bench", ["topk"], "ml.bench", True),
    ],
)
def test_measuring_verbs_run_their_module_and_return_its_status(
    monkeypatch: pytest.MonkeyPatch, verb: str, arguments: list[str], module: str, with_peers: bool
) -> None:
    seen: dict[str, Any] = {}

    def installed(**wanted: bool) -> None:
        seen.update(wanted)

    def ran(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        seen["command"] = [str(part) for part in command[1:]]
        return subprocess.CompletedProcess(command, 7)

    monkeypatch.setattr(measuring, "ensure_environment", installed)
    monkeypatch.setattr(subprocess, "run", ran)
    assert main([verb, *arguments]) == 7
    assert seen["evaluation"] is with_peers
    assert seen["command"] == ["-m", module, *[word for word in arguments if word != "--ablation"]]


def test_npm_lock_names_no_registry() -> None:
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text(encoding="utf-8")


def test_digest_follows_content_names_and_facts(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    file = tmp_path / "deep" / "a.csv"
    file.write_text("one")
    seen = [stamps.digest([tmp_path]), stamps.digest([tmp_path], "fact")]
    file.write_text("two")
    seen.append(stamps.digest([tmp_path]))
    file.rename(tmp_path / "deep" / "b.csv")
    seen.append(stamps.digest([tmp_path]))
    file.write_text("two")
    seen.append(stamps.digest([tmp_path]))
    assert len(set(seen)) == len(seen)


def test_damaged_stamp_is_not_current(tmp_path: Path) -> None:
    stamp = tmp_path / "stamp"
    assert not stamps.is_current(stamp, "x")
    stamp.write_bytes(b"\xff\xfe")
    assert not stamps.is_current(stamp, "x")
    stamps.write(stamp, "x")
    assert stamps.is_current(stamp, "x")


def test_exclusive_lets_one_through_at_a_time(tmp_path: Path) -> None:
    order: list[str] = []
    inside = threading.Event()

    def second() -> None:
        inside.wait(5)
        with stamps.exclusive(tmp_path / "lock"):
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with stamps.exclusive(tmp_path / "lock"):
        inside.set()
        time.sleep(0.2)
        order.append("first")
    thread.join(5)
    assert order == ["first", "second"]


def test_preparing_is_repeated_when_the_database_is_gone_or_elsewhere(tmp_path: Path) -> None:
    env = {"TALENT_ENV": "development", "TALENT_INSTANCE_DIR": str(tmp_path)}
    absent = service._state(env, tmp_path, True)
    connection = sqlite3.connect(tmp_path / service.DATABASE_NAME)
    connection.execute("PRAGMA journal_mode=wal")
    connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
    connection.execute("INSERT INTO alembic_version VALUES ('0001')")
    connection.commit()
    connection.close()
    present = service._state(env, tmp_path, True)
    assert present != absent
    assert service._state(env, tmp_path, True) == present
    assert service._state(env, tmp_path, False) != present
    named = {**env, "DATABASE_URL": "postgresql://localhost/talent"}
    assert service._state(named, tmp_path, True) != service._state(named, tmp_path, True)


def test_unsafe_settings_are_refused_before_anything_starts(tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "TALENT_INSTANCE_DIR": str(tmp_path), "MAIL_URL": "carrier-pigeon"}
    with pytest.raises(Refusal, match=r"^the settings are not right: MAIL_URL must [^\n]+$"):
        service.check_settings(env)
    del env["MAIL_URL"]
    service.check_settings(env)


SUPERVISED = """
import sys
from pathlib import Path
from launch.supervisor import Supervisor
here = Path(sys.argv[1])
supervisor = Supervisor(cwd=here, env={})
crash_once = "open('n', 'a').write('x'); import os, time; open('n').read() == 'x' and os._exit(3); time.sleep(60)"
supervisor.start("the child", [sys.executable, "-c", crash_once])
supervisor.run()
"""


def test_supervisor_restarts_a_crashed_child_and_stops_it_on_sigterm(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISED, tmp_path], env=environment, stderr=subprocess.PIPE, text=True
    )
    starts = tmp_path / "n"
    try:
        _wait_until(lambda: starts.exists() and starts.read_text() == "xx")
    finally:
        supervisor.send_signal(signal.SIGTERM)
        _, messages = supervisor.communicate(timeout=20)
    assert supervisor.returncode == 0
    assert "the child stopped (status 3); starting it again in 1 s" in messages
    assert starts.read_text() == "xx"


def _wait_until(condition: Callable[[], bool], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")
