"""The outbox job that imports."""

from talent import outbox
from talent.exchange import services


def register() -> None:
    outbox.job("import", services.run_import)
