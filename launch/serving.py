"""`./run serve`: set up, prepare, then keep the web server and one worker running."""

import contextlib
import errno
import http.client
import json
import socket
import sys
import time
from pathlib import Path

from launch.assets import build_assets_if_possible
from launch.catalogues import compile_catalogues
from launch.console import Command, Refusal, say
from launch.environment import PYTHON, ROOT, ensure_environment
from launch.service import check_settings, prepare, service_environment
from launch.supervisor import Child, Supervisor

_THREADS = 8
_START_SECONDS = 60.0


def serve(host: str, port: int) -> int:
    """Serve until stopped by a signal. Returns the exit status.

    Raises Refusal when the port is taken, something cannot be set up, or the server does not come up.
    """
    _refuse_taken_port(host, port)
    ensure_environment()
    build_assets_if_possible()
    compile_catalogues()
    env = service_environment()
    env.setdefault("TALENT_BASE_URL", f"http://{_address(_shown(host), port)}")
    check_settings(env)
    prepare(env, sample=True)
    say("starting …")
    supervisor = Supervisor(cwd=ROOT, env=env)
    web = supervisor.start("the web server", _web_command(host, port))
    try:
        _wait_until_healthy(supervisor, web, host, port)
        if not supervisor.stopping:
            supervisor.start("the worker", [PYTHON, "-m", "flask", "worker"])
            _announce(host, port, Path(env["TALENT_INSTANCE_DIR"]) / "sample-accounts.json")
    except BaseException:
        supervisor.stop()
        raise
    supervisor.run()
    return 0


def _web_command(host: str, port: int) -> Command:
    # One process: sessions, lockouts and limits live in the database, and the embedded database is one file.
    listen = ["--bind", _address(host, port), "--workers", "1", "--threads", str(_THREADS)]
    # Should an access log be switched on: no path (links hold tokens), no query, nobody's browser or address.
    listen += ["--access-logformat", "%(t)s %(m)s %(s)s %(B)s %(L)s %({x-request-id}o)s"]
    manner = ["--no-control-socket", "--timeout", "60", "--graceful-timeout", "20", "--log-level", "warning"]
    return [PYTHON, "-m", "gunicorn", *listen, *manner, "wsgi:application"]


def _refuse_taken_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Refusal(f"port {port} is in use; choose another: ./run serve --port {port + 1}") from None
            raise Refusal(f"cannot listen on {_address(host, port)}: {error.strerror}") from None


def _wait_until_healthy(supervisor: Supervisor, web: Child, host: str, port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not supervisor.stopping:
        if web.process is not None and web.process.poll() is not None:
            raise Refusal("the web server did not start (see above)")
        if _is_healthy(host, port):
            return
        if time.monotonic() > deadline:
            raise Refusal(f"the web server did not answer within {_START_SECONDS:.0f} seconds")
        time.sleep(0.1)


def _is_healthy(host: str, port: int) -> bool:
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    connection = http.client.HTTPConnection(reachable, port, timeout=5)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/healthz", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status == 200
    return False


def _announce(host: str, port: int, accounts: Path) -> None:
    """Print the address and the sample sign-ins: the one thing this verb puts on standard output."""
    lines = [f"Talent Exchange is at http://{_address(_shown(host), port)}"]
    with contextlib.suppress(FileNotFoundError):
        people = json.loads(accounts.read_text(encoding="utf-8"))
        width = max((len(name) for name in people), default=0)
        lines += ["", f"Sample sign-ins (also in {accounts}):"]
        lines += [f"  {name:<{width}}  {who['email']}  {who['password']}" for name, who in people.items()]
        lines += [
            "Every other sample person has the same password, such as a second HR person who publishes a post;",
            "an administrator sees their addresses under Administration, People and roles.",
            "HR staff and administrators also give a code; ./run flask people code ADDRESS prints the present one.",
            "Or add the totp_secret of that file to an authenticator app: it serves all sample people.",
        ]
    lines += ["", "Press Ctrl-C to stop."]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _shown(host: str) -> str:
    return "localhost" if host in {"127.0.0.1", "::1", "0.0.0.0", "::"} else host  # noqa: S104


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
