"""Keeps a few child processes running: restarts one that stops, ends all of them together."""

import ctypes
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from launch.console import Command, say, warn

_LONGEST_WAIT_SECONDS = 30.0
_STEADY_AFTER_SECONDS = 60.0
_GRACE_SECONDS = 25.0
_TICK_SECONDS = 0.1
_PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One process to keep running. `wait` is the pause in seconds before the next restart."""

    name: str
    command: Command
    process: subprocess.Popen[bytes] | None = None
    wait: float = 1.0
    started: float = 0.0
    due: float = field(default=0.0)


class Supervisor:
    """Starts children, restarts them with a growing pause, and stops them on SIGTERM or SIGINT."""

    def __init__(self, *, cwd: Path, env: Mapping[str, str]) -> None:
        self._cwd = cwd
        self._env = dict(env)
        self._children: list[Child] = []
        self.stopping = False
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def start(self, name: str, command: Command) -> Child:
        """Start a child and keep it from now on."""
        child = Child(name, command)
        self._children.append(child)
        self._spawn(child)
        return child

    def run(self) -> None:
        """Watch the children until a signal asks to stop, then stop them."""
        while not self.stopping:
            for child in self._children:
                self._tend(child)
            time.sleep(_TICK_SECONDS)
        self.stop()

    def stop(self) -> None:
        """Ask every child to finish; kill what has not finished after 25 seconds."""
        running = [child.process for child in self._children if child.process and child.process.poll() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + _GRACE_SECONDS
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _tend(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.due:
                self._spawn(child)
            return
        status = child.process.poll()
        if status is None:
            return
        if now - child.started > _STEADY_AFTER_SECONDS:
            child.wait = 1.0
        warn(f"{child.name} stopped (status {status}); starting it again in {child.wait:.0f} s")
        child.process = None
        child.due = now + child.wait
        child.wait = min(child.wait * 2, _LONGEST_WAIT_SECONDS)

    def _spawn(self, child: Child) -> None:
        child.started = time.monotonic()
        # A session of its own: Ctrl-C reaches this process only, which then stops the children in order.
        child.process = subprocess.Popen(  # noqa: S603
            [str(part) for part in child.command],
            cwd=self._cwd,
            env=self._env,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if not self.stopping:
            say("stopping …")
        self.stopping = True


def _die_with_parent() -> None:
    """Have the kernel end this child when the supervisor is killed outright."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
