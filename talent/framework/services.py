"""Loading reference data."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.orm import Session

from models import ReferenceFile, utc_now
from talent.audit.services import record
from talent.db import transaction
from talent.framework.loader import FileChange, ReferenceFileError, changed_files, load_file
from talent.framework.sources import FILES

__all__ = ["FileChange", "LoadReport", "ReferenceFileError", "changed_files", "load_reference"]


@dataclass(frozen=True)
class LoadReport:
    """What a load changed; files that were loaded before with the same content are not in it."""

    files: list[FileChange] = field(default_factory=list)

    @property
    def unchanged(self) -> int:
        """Files whose content was already loaded."""
        return len(FILES) - len(self.files)


def load_reference(session: Session, folder: Path) -> LoadReport:
    """Bring the reference tables into line with the files in `folder`.

    Loading the same content again writes nothing. What left a list is marked as withdrawn, dated rows that left their
    file end today, and rows that administrators changed stay as they are. All files or none are loaded.

    Raises ReferenceFileError when a file is missing or wrong.
    """
    if not changed_files(session, folder):
        return LoadReport()
    with transaction(session):
        changes = []
        today = utc_now().date()
        with session.no_autoflush:
            changed = changed_files(session, folder)
            for name in FILES:  # in the order of the declaration: what others refer to comes first
                if name in changed:
                    file, change = load_file(session, folder, name, changed[name], today)
                    _record(session, file, change)
                    changes.append(change)
        return LoadReport(changes)


def _record(session: Session, file: ReferenceFile, change: FileChange) -> None:
    record(
        session,
        None,
        "reference.load",
        file,
        release=change.release,
        added=change.added,
        changed=change.changed,
        gone=change.gone,
        kept=change.kept,
    )
