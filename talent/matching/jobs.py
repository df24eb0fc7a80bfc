"""The outbox job that carries out runs, and what matching does by the clock."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from models import MatchRun, OutboxItem, utc_now
from talent import jobs, outbox
from talent.matching import endings, handlers, preparing, services, settings_change, settings_job
from talent.matching.switch import MatcherOff


def register() -> None:
    """Register the job, the clock's work and the handlers of events."""
    outbox.job("match", run_match)
    outbox.job(settings_change.JOB, settings_job.make_reports)
    outbox.job(preparing.JOB, preparing.run_job)
    jobs.every_sweep(endings.expire_suggestions)
    jobs.every_sweep(services.fail_broken_runs)
    jobs.every_sweep(preparing.order_if_needed)
    handlers.register()


def run_match(session: Session, item: OutboxItem) -> None:
    """Carry out the run that an outbox item names; a failure is noted on the run, and the outbox tries again."""
    item_id, run_id = item.id, UUID(item.payload["run_id"])
    if session.get(MatchRun, run_id) is None:
        return

    def keep(inner: Session) -> None:
        inner.get_one(OutboxItem, item_id).taken_at = utc_now()  # so that no other worker takes a long run over

    try:
        services.run_matching(session, run_id, still_running=keep)
    except MatcherOff as error:  # not tried again: when it is turned on, everything is looked at
        session.rollback()
        services.fail_run(session, run_id, error)
    except Exception as error:
        session.rollback()
        services.fail_run(session, run_id, error)
        raise
