"""Commands of matching. What they print goes to standard output, progress to standard error."""

from __future__ import annotations

from uuid import UUID

import click
from flask.cli import AppGroup

from talent.errors import Invalid, NotFound
from talent.extensions import db
from talent.matching import queries_runs, services
from talent.matching.switch import MatcherOff

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
    except MatcherOff as error:
        raise click.ClickException("the matcher is turned off; see `flask match enable`") from error
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


@matches.command("disable")
@click.option("--reason", required=True, help="Why, as administrators read it. No names.")
def disable(reason: str) -> None:
    """Turn the matcher off: no runs, no scores. Everything else goes on by hand."""
    _turn(False, reason)


@matches.command("enable")
@click.option("--reason", required=True, help="Why, as administrators read it. No names.")
def enable(reason: str) -> None:
    """Turn the matcher on again, and ask for a run of everything."""
    _turn(True, reason)


def _turn(enabled: bool, reason: str) -> None:
    try:
        services.turn_matcher(db.session(), actor=None, enabled=enabled, reason=reason)
    except Invalid as error:
        raise click.ClickException("give a reason of at most 500 characters") from error
    click.echo("the matcher is on" if enabled else "the matcher is off; pairings are put together by hand")


def _report(done: int, total: int) -> None:
    if done == total or done % 10 == 0:
        click.echo(f"{done} of {total} posts", err=True)
