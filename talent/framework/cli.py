"""Commands for reference data."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from talent.extensions import db
from talent.framework import queries, services

reference = AppGroup("reference", help="The framework, the lists and the dated data of data/reference.")


def _folder() -> Path:
    return Path(current_app.config["ROOT"]) / "data" / "reference"


@reference.command("load")
@click.option(
    "--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Another folder of files."
)
def load(folder: Path | None) -> None:
    """Load what is new or has changed; loading the same content again changes nothing."""
    try:
        report = services.load_reference(db.session(), folder or _folder())
    except services.ReferenceFileError as error:
        raise click.ClickException(str(error)) from error
    for file in report.files:
        click.echo(
            f"{file.name}: release {file.release}, {file.added} added, {file.changed} changed, {file.gone} withdrawn"
            + (f", {file.kept} kept as administrators set them" if file.kept else "")
        )
    click.echo(f"{len(report.files)} files loaded, {report.unchanged} unchanged")


@reference.command("status")
@click.option(
    "--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Another folder of files."
)
def status(folder: Path | None) -> None:
    """Show which release of each file is loaded, and which files have changed since."""
    session = db.session()
    try:
        waiting = services.changed_files(session, folder or _folder())
    except services.ReferenceFileError as error:
        raise click.ClickException(str(error)) from error
    loaded = queries.reference_files(session)
    for file in loaded:
        note = "  (the file has changed since)" if file.name in waiting else ""
        click.echo(f"{file.name}: release {file.release}, {file.rows} rows, {file.loaded_at:%Y-%m-%d %H:%M} UTC{note}")
    for name in sorted(set(waiting) - {file.name for file in loaded}):
        click.echo(f"{name}: not loaded")
