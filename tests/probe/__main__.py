"""`./run probe`: start the service, ask every question, print one line a row; exit 1 when a promise is broken."""

from __future__ import annotations

import re
import sys
import time
import traceback

from tests.probe import questions_access, questions_edge, questions_evidence, questions_people, questions_review
from tests.probe.promises import PROMISES, Visit
from tests.probe.service import running

QUESTIONS = (questions_access, questions_edge, questions_evidence, questions_people, questions_review)

LAST = ("R26", "R19")
"""Asked at the end: erasing takes somebody away, and the log is read when the others have filled it."""


def main(wanted: list[str]) -> int:
    asked = [item for item in PROMISES if not wanted or item[0] in wanted]
    broken = 0
    with running() as service:
        visit = Visit(service)
        for row, words, question in sorted(asked, key=lambda item: (item[0] in LAST, _order(item[0]))):
            began = time.monotonic()
            try:
                seen, kept = question(visit), True
            except Exception as error:  # a question that falls over is a promise not shown
                seen, kept = f"{type(error).__name__}: {error}".splitlines()[0][:300], False
                sys.stderr.write(traceback.format_exc())
            broken += not kept
            seconds = time.monotonic() - began
            sys.stdout.write(f"{row:<4} {'pass' if kept else 'FAIL'}  {words}: {seen} ({seconds:.1f} s)\n")
            sys.stdout.flush()
    sys.stdout.write(f"{len(asked) - broken} of {len(asked)} promises kept\n")
    return 1 if broken or not asked else 0


def _order(row: str) -> tuple[int, int]:
    kind, number = re.fullmatch(r"([A-Z])(\d+)", row).groups()  # type: ignore[union-attr]
    return ("RM".index(kind), int(number))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
