"""The service under probe: started with `./run serve` in a folder of its own, stopped at the end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 300


@dataclass
class Service:
    """A running service, its files and its command line."""

    base: str
    instance: Path
    environment: dict[str, str]
    log_file: Path

    @property
    def accounts(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = json.loads((self.instance / "sample-accounts.json").read_text("utf-8"))
        return found

    def flask(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run one of the service's own commands on the same data."""
        return self._run([sys.executable, str(ROOT / "run"), "flask", *arguments], environment)

    def start_only(self, **environment: str) -> subprocess.CompletedProcess[str]:
        """Build the application once with these settings, as a server would at its start, and end."""
        return self._run([sys.executable, "-c", "import wsgi"], environment)

    def _run(self, command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=ROOT,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    @property
    def log(self) -> str:
        """What the server and the worker wrote so far."""
        return self.log_file.read_text("utf-8", "replace")

    def mail(self) -> list[str]:
        """Every message sent so far, oldest first."""
        folder = self.instance / "mail"
        files = sorted(folder.glob("*"), key=lambda path: path.stat().st_mtime_ns) if folder.is_dir() else []
        return [path.read_text("utf-8", "replace") for path in files]


@contextmanager
def running() -> Iterator[Service]:
    """Start the service on a free port with fresh sample data; stop it at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="talent-probe-") as folder:
        kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
        environment = {name: os.environ[name] for name in kept if name in os.environ}
        environment["TALENT_INSTANCE_DIR"] = str(Path(folder) / "instance")
        base, log = f"http://localhost:{port}", Path(folder) / "log"
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "run"), "serve", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=log.open("wb"),
            start_new_session=True,
        )
        try:
            _wait(process, base, Path(folder) / "log")
            yield Service(
                base, Path(folder) / "instance", {**environment, "TALENT_BASE_URL": base}, Path(folder) / "log"
            )
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout=40)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)


def _wait(process: subprocess.Popen[bytes], base: str, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the service did not start:\n{log.read_text('utf-8', 'replace')[-2000:]}")
        try:
            with urlopen(f"{base}/healthz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.3)
    raise RuntimeError("the service did not answer in time")
