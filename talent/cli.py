"""Commands. Each feature brings its own group; what concerns the whole service is here."""

from __future__ import annotations

from typing import Any, cast

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from flask_migrate import upgrade

from talent import jobs, outbox
from talent.config import Settings
from talent.database_cli import database, give_rights
from talent.database_roles import role_of
from talent.extensions import db


def init_app(app: Flask) -> None:
    from talent.audit.cli import audit
    from talent.auth.cli import authz, people
    from talent.exchange.cli import importing
    from talent.framework.cli import reference
    from talent.insights.cli import transparency
    from talent.matching.cli import matches
    from talent.privacy.cli import erase, keeping, sar

    for group in (audit, database, people, authz, importing, reference, matches, transparency, sar, keeping, queue):
        app.cli.add_command(group)
    for command in (prepare, worker, seed_demo, erase):
        app.cli.add_command(command)


queue = AppGroup("outbox", help="The queue of what must be sent or done.")


@queue.command("run")
def run_outbox() -> None:
    """Do everything that is due now, in this process."""
    session = db.session()
    moved = jobs.run_clock(session)
    done = 0
    while batch := outbox.run_due(session):
        done += batch
    click.echo(f"{done} done, {moved} automatic moves")


@click.command("worker")
@click.option("--workers", default=2, show_default=True)
def worker(workers: int) -> None:
    """Run jobs until stopped."""
    from talent import worker as runner

    runner.run(cast("Any", current_app)._get_current_object(), workers)


@click.command("seed-demo")
@click.option("--if-empty", is_flag=True, help="Do nothing when there are people already.")
def seed_demo(if_empty: bool) -> None:
    """Load the sample people, posts and pairings, and write instance/sample-accounts.json."""
    from talent.exchange import sample

    click.echo(sample.seed(db.session(), current_app.config["SETTINGS"], only_if_empty=if_empty))


@click.command("prepare")
@click.option(
    "--sample/--no-sample", default=True, help="Load sample data into an empty database (never in production)."
)
def prepare(sample: bool) -> None:
    """Bring the database up to date: migrations, reference data, and sample data when it is empty."""
    from talent.exchange import sample as sample_data
    from talent.framework import services as framework

    settings = current_app.config["SETTINGS"]
    click.echo("Updating the database", err=True)
    upgrade()
    if settings.owner_database_url:
        _give_rights(settings)
    click.echo("Loading reference data", err=True)
    framework.load_reference(db.session(), current_app.config["ROOT"] / "data" / "reference")
    if sample and settings.allow_sample_data:
        click.echo("Loading sample data", err=True)
        click.echo(sample_data.seed(db.session(), settings, only_if_empty=True), err=True)


def _give_rights(settings: Settings) -> None:
    """What a migration has made belongs to the owner: the roles that serve get their rights to it."""
    web = role_of(settings.sqlalchemy_url)
    if not web:
        raise click.ClickException("DATABASE_URL must name the role that serves the pages")
    give_rights(settings, web=web, matcher=settings.matcher_role or None)
