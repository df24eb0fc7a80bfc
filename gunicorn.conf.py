"""What gunicorn does besides serving; `./run serve` and the runbook give the rest on its command line."""

import threading
from typing import Any


def post_worker_init(worker: Any) -> None:
    """Let the process read beside its first requests what ranking needs, which takes seconds."""
    threading.Thread(target=_read_ahead, args=(worker.wsgi,), name="reading ahead", daemon=True).start()


def _read_ahead(app: Any) -> None:
    from talent.extensions import db
    from talent.matching.warming import read_ahead

    with app.app_context():
        read_ahead(db.session())
