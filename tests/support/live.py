"""The service on a port of this machine, for the tests marked `browser`."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from werkzeug.serving import make_server


@contextmanager
def serve(app: Flask) -> Iterator[str]:
    """Serve the application with threads on a free port; gives the address it answers at.

    What waits in the outbox is not done by itself: a test does it where the story needs it, with its Mailbox.
    """
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server("127.0.0.1", 0, _keep_static_files(app), threaded=True)
    # Requests end before the test looks into the database or puts it back.
    server.daemon_threads = False  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, name="live service", kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()


def _keep_static_files(app: Flask) -> Any:
    """Let the browser keep static files, as it does outside tests: a page in Korean has dozens of font files."""

    def serve_one(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            if environ["PATH_INFO"].startswith("/static/"):
                headers = [(name, value) for name, value in headers if name.lower() != "cache-control"]
                headers.append(("Cache-Control", "max-age=600"))
            return start_response(status, headers, *rest)

        return app(environ, start)

    return serve_one
