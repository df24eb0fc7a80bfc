"""Commands of matching. What they print goes to standard output, progress to standard error."""

from __future__ import annotations

from uuid import UUID

import click
from flask.cli import AppGroup

from talent.errors import NotFound
from talent.extensions import db
from talent.matching import queries_runs, services

matches = AppGroup("match", help="Suggest pairings of people with posts.")


@matches.command("run")
@click.option("--opportunity", "opportunities", type=click.UUID, multiple=True, help="Only pairings of this post.")
@click.option("--profile", "profiles", type=click.UUID, multiple=True, help="Only pairings of this person.")
def run(opportunities: tuple[UUID, ...], profiles: tuple[UUID, ...]) -> None:
    """Match now, in this process."""
    session = db.session()
    try:
        run_id = services.start_run(session, profile_ids=profiles, opportunity_ids=opportunities).id
    except NotFound as error:
        raise click.ClickException("there is no profile or post with this id") from error
    try:
        done = services.run_matching(session, run_id, report=_report)
    except BaseException as error:  # also when interrupted: no page should wait for this run
        session.rollback()
        services.fail_run(session, run_id, error)
        raise
    click.echo(f"{done.total} posts, {done.profiles} people: {done.suggested} suggested, {done.superseded} superseded")


@matches.command("list")
@click.option("--opportunity", type=click.UUID, help="Only pairings of this post.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
def list_open(opportunity: UUID | None, limit: int) -> None:
    """Print open suggestions, best first: band, reviewer's answer, code, post, profile."""
    for line in queries_runs.open_suggestion_lines(db.session(), opportunity, limit):
        click.echo("\t".join(line))


def _report(done: int, total: int) -> None:
    if done == total or done % 10 == 0:
        click.echo(f"{done} of {total} posts", err=True)
