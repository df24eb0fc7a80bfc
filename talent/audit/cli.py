"""Commands about the record of actions."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from talent.audit.checkpoints import ChainFault, write_checkpoint
from talent.audit.verification import verify_chain
from talent.config import Settings
from talent.extensions import db

audit = AppGroup("audit", help="The record of actions and its chain.")


@audit.command("verify")
def verify() -> None:
    """Check the whole chain and every checkpoint; status 1 names the first row that is wrong."""
    settings: Settings = current_app.config["SETTINGS"]
    try:
        found = verify_chain(db.session(), settings.audit_keys, settings.audit_checkpoints)
    except ChainFault as fault:
        raise click.ClickException(f"the audit chain is broken: {fault}") from fault
    click.echo(f"The audit chain is whole: {found.entries} entries, {found.checkpoints} checkpoints.")


@audit.command("checkpoint")
def checkpoint() -> None:
    """Copy the end of the chain to the checkpoint file (TALENT_CHECKPOINT_FILE)."""
    settings: Settings = current_app.config["SETTINGS"]
    try:
        made = write_checkpoint(db.session(), settings.audit_checkpoints, settings.audit_keys)
    except ChainFault as fault:
        raise click.ClickException(f"the audit chain is broken: {fault}") from fault
    except OSError as error:
        raise click.ClickException(f"cannot write {settings.audit_checkpoints}: {error.strerror}") from error
    click.echo(f"Row {made.number} at {made.at}: {made.chain_hash}")
