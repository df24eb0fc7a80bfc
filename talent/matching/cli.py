"""Commands of matching. What they print goes to standard output, progress to standard error."""

from __future__ import annotations

from uuid import UUID

import click
from flask.cli import AppGroup

from talent.auth.queries import user_by_address
from talent.errors import Invalid, NotFound, TransitionRefused
from talent.extensions import db
from talent.matching import (
    meanings,
    preparing,
    queries_meanings,
    queries_runs,
    queries_settings,
    replaying,
    services,
    settings_change,
)
from talent.matching.replaying import WORDS, Outcome
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
        done = services.run_matching(session, run_id, report=_report, report_vectors=_report_vectors)
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


@matches.command("replay")
@click.argument("decision", type=click.UUID)
@click.pass_context
def replay(context: click.Context, decision: UUID) -> None:
    """Compute a score and its explanation again from what was kept of it. DECISION: a decision's or suggestion's id.

    Prints "same" with score, band and the settings' fingerprint; what differs, with status 1; or why it cannot be.
    """
    try:
        found = replaying.replay(db.session(), decision)
    except NotFound as error:
        raise click.ClickException("there is no decision or suggestion with this id") from error
    if found.outcome is Outcome.SAME:
        click.echo(f"same\tscore {found.score!r}\tband {found.band}\tsettings {found.settings_hash}")
        return
    click.echo("\n".join((WORDS[found.outcome], *found.notes)))
    if found.outcome is Outcome.DIFFERENT:
        context.exit(1)


@matches.group("settings")
def settings() -> None:
    """Settings in force, their history, and going back to the previous ones."""


@settings.command("list")
def list_settings() -> None:
    """Print all settings, newest first: number, state, since when, fingerprint, what was changed."""
    for line in queries_settings.lines(db.session()):
        click.echo("\t".join(line))


@settings.command("rollback")
@click.option("--as", "administrator", required=True, metavar="EMAIL", help="The administrator who answers for it.")
@click.option("--reason", required=True, help="Why, as administrators read it. No names.")
def roll_back(administrator: str, reason: str) -> None:
    """Put the previous settings into force again, and ask for a full run."""
    session = db.session()
    actor = user_by_address(session, administrator)
    if actor is None or not actor.active or not actor.administered_countries:
        raise click.ClickException("this is not the address of an administrator")
    try:
        row = settings_change.roll_back(session, actor=actor, reason=reason)
    except Invalid as error:
        raise click.ClickException("; ".join(str(text) for text in error.fields.values())) from error
    except TransitionRefused as error:
        raise click.ClickException(str(error.message)) from error
    click.echo(f"settings {row.number} are in force: {row.params_hash}")


@matches.command("disable")
@click.option("--reason", required=True, help="Why, as administrators read it. No names.")
def disable(reason: str) -> None:
    """Turn the matcher off: no runs, no scores. Everything else goes on by hand."""
    _turn(False, reason)


@matches.command("enable")
@click.option("--reason", required=True, help="Why, as administrators read it. No names.")
def enable(reason: str) -> None:
    """Turn the matcher on again, and ask for a full run."""
    _turn(True, reason)


@matches.command("vectors")
@click.option("--status", is_flag=True, help="Only tell how many people and posts have them.")
def vectors(status: bool) -> None:
    """Make missing sentence vectors now, in this process, and remove those of nobody's use."""
    session, name = db.session(), meanings.encoder_name()
    if not status and name:
        try:
            done = preparing.prepare(session, report=_report_vectors)
        except MatcherOff as error:
            raise click.ClickException("the matcher was turned off meanwhile") from error
        click.echo(f"{done.made} made, {done.left_out} changed meanwhile, {done.removed} removed")
    if not name:
        click.echo("no sentence encoder is installed: matching works without sentence vectors")
        return
    people, posts = queries_meanings.standing(session, meanings.made_by())
    click.echo(f"encoder: {name}")
    click.echo(f"people: {people.ready} of {people.records} ready")
    click.echo(f"posts: {posts.ready} of {posts.records} ready")


def _turn(enabled: bool, reason: str) -> None:
    try:
        services.turn_matcher(db.session(), actor=None, enabled=enabled, reason=reason)
    except Invalid as error:
        raise click.ClickException("give a reason of at most 500 characters") from error
    click.echo("the matcher is on" if enabled else "the matcher is off; pairings are put together by hand")


def _report(done: int, total: int) -> None:
    if done == total or done % 10 == 0:
        click.echo(f"{done} of {total} posts", err=True)


def _report_vectors(done: int, total: int) -> None:
    click.echo(f"vectors of {done} of {total} people and posts", err=True)
