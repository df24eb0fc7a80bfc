"""By the clock: a copy of the chain's end each hour."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from flask import current_app
from sqlalchemy.orm import Session

from models import utc_now
from talent import jobs
from talent.audit.checkpoints import ChainFault, is_due, write_checkpoint
from talent.config import Settings

TRY_AGAIN_AFTER = timedelta(minutes=10)
_last_try: list[datetime] = []
log = structlog.get_logger(__name__)


def register() -> None:
    jobs.every_sweep(checkpoint_each_hour)


def checkpoint_each_hour(session: Session) -> int:
    """Write a checkpoint when the last is an hour old. What is wrong is an error in the log, each time it is tried."""
    settings: Settings = current_app.config["SETTINGS"]
    path = settings.audit_checkpoints
    if not is_due(path) or (_last_try and utc_now() - _last_try[0] < TRY_AGAIN_AFTER):
        return 0
    _last_try[:] = [utc_now()]
    try:
        made = write_checkpoint(session, path, settings.audit_keys)
    except ChainFault as fault:
        log.error("the audit chain is broken", fault=str(fault))
    except OSError as error:
        log.error("no audit checkpoint could be written", error=type(error).__name__)
    else:
        log.info("audit checkpoint", number=made.number, chain_hash=made.chain_hash)
    return 0
