"""R15: files that leave the service hold no formula, say the same as the service, and need a reason."""

from __future__ import annotations

import ast
import csv
import io
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry
from models.types import Country, Language
from talent.config import ROOT
from talent.exports import FORMULA_STARTS, csv_bytes, plain_cell
from tests.support import build
from tests.support.page import Page, Visitor

STARTS = ["=", "+", "-", "@", "\t", "\r", "\x00", "＝", "＋", "－", "＠"]


def parse(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


@pytest.mark.parametrize("start", STARTS)
def test_r15_no_cell_begins_like_a_formula(start: str) -> None:
    for text in (start, f"{start}cmd|' /C calc'!A0", f"{start}1+1"):
        (cell,), (head,) = parse(csv_bytes([text], [[text]]))
        assert cell[0] == head[0] == "'"
        assert plain_cell(cell) == text


CELL = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(STARTS)
CELLS = st.lists(CELL, min_size=1, max_size=5)


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(CELLS, max_size=5))
def test_r15_a_table_comes_back_as_it_was(rows: list[list[str]]) -> None:
    _head, *read = parse(csv_bytes(["a"], rows))
    assert [[plain_cell(cell) for cell in row] for row in read] == rows
    assert not [cell for row in read for cell in row if cell and cell[0] in FORMULA_STARTS]


def test_r15_rows_end_as_the_standard_says_and_hangul_opens_in_excel() -> None:
    data = csv_bytes(["이름", "b"], [['say "yes"', "two\nlines; =1"], [None, -3]])
    assert data.startswith(b"\xef\xbb\xbf")
    assert data[3:].decode() == '"이름","b"\r\n"say ""yes""","two\nlines; =1"\r\n"","-3"\r\n'


def test_r15_tables_are_written_in_one_place() -> None:
    """No other module writes CSV or TSV: what it wrote would not be neutralised."""
    wrong = []
    for path in [*(ROOT / "talent").rglob("*.py"), *(ROOT / "ml").rglob("*.py")]:
        if path in (ROOT / "talent" / "exports.py", ROOT / "ml" / "bench" / "peers.py"):  # the second fills an index
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = isinstance(node, ast.Attribute) and node.attr in ("writer", "DictWriter")
            typed = isinstance(node, ast.Constant) and str(node.value) in ("text/csv", "text/tab-separated-values")
            if named or typed:
                wrong.append(f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', '')}")
    assert not wrong


@pytest.fixture
def administrator(session: Session, sign_in: Any) -> Visitor:
    visitor: Visitor = sign_in(build.administrator(session))
    return visitor


def _actions(page: Page) -> set[str | None]:
    assert page.tree is not None
    return {cell.findtext("code") for cell in page.tree.iterfind(".//tbody/tr/td[2]")}


@pytest.mark.database
def test_r15_an_export_without_a_reason_is_400(session: Session, administrator: Visitor) -> None:
    page = administrator.page("audit.export")
    refused = page.submit("reason", reason=" ")
    assert refused.status_code == 400
    assert refused.errors() == ["Enter why you need this copy"]
    assert refused.response.mimetype == "text/html"
    assert session.scalars(select(AuditEntry).where(AuditEntry.action == "audit.export")).first() is None


@pytest.mark.database
def test_r15_an_export_keeps_its_reason_in_the_record(session: Session, administrator: Visitor) -> None:
    page = administrator.page("audit.export", group="account")
    sent = page.submit("reason", reason="Yearly check by the auditors")
    assert sent.status_code == 200
    assert sent.response.mimetype == "text/csv"
    assert sent.response.headers["Content-Disposition"] == "attachment; filename=audit.csv"
    header, *rows = parse(sent.response.data)
    assert rows
    assert {row[header.index("action")].split(".")[0] for row in rows} == {"account"}
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "audit.export")).one()
    assert entry.details == {
        "reason": "Yearly check by the auditors",
        "entries": len(rows),
        "filters": {"group": "account"},
    }


def test_r15_exports_are_limited(session: Session, administrator: Visitor) -> None:
    page = administrator.page("audit.export")
    statuses = [page.submit("reason", reason="Again").status_code for _time in range(22)]
    assert statuses.count(200) == 20
    assert statuses[-1] == 429


@pytest.mark.database
def test_r18_administrators_search_the_record(session: Session, sign_in: Any) -> None:
    """By what it was about, who did it, what or whom it concerned, when, and in which country."""
    british, korean = build.civil_servant(session), build.civil_servant(session, country=Country.KR)
    for person in (british, korean):
        sign_in(person)
    administrator = sign_in(build.administrator(session))
    everything = administrator.page("audit.entries")
    assert "Accounts and signing in" in everything.text
    assert str(british.id) in everything.html
    assert british.name_romanised not in everything.html
    assert british.email not in everything.html
    for filters, found, left_out in (
        ({"subject": british.id}, british.id, korean.id),
        ({"actor": korean.id}, korean.id, british.id),
        ({"country": "KR"}, korean.id, british.id),
        ({"country": "GB"}, british.id, korean.id),
        ({"group": "account"}, british.id, None),
    ):
        page = everything.submit("subject", **{name: str(value) for name, value in filters.items()})
        assert str(found) in page.text, filters
        assert left_out is None or str(left_out) not in page.text, filters
    assert _actions(everything.submit("group", group="account")) == {"account.sign_in"}
    nothing = everything.submit("subject", end__day="1", end__month="1", end__year="2020")
    assert "No actions match. Change or clear the filters." in nothing.text


def test_r18_a_search_that_cannot_be_read_says_so(session: Session, administrator: Visitor) -> None:
    page = administrator.page("audit.entries")
    wrong = page.submit("subject", actor="Kim", begin__day="40", begin__month="1", begin__year="2026")
    assert sorted(wrong.errors()) == [
        "Enter the person’s ID as it appears in the record",
        "“From” must be a real date, like 27 3 2027",
    ]
    late = page.submit(
        "subject", begin__day="2", begin__month="1", begin__year="2026", end__day="1", end__month="1", end__year="2026"
    )
    assert late.errors() == ["“To” must be the same day as “From” or later"]


def test_r18_the_record_reads_in_korean(session: Session, app: Any) -> None:
    visitor = Visitor(app, "ko").sign_in(build.administrator(session, country=Country.KR, language=Language.KO))
    assert "누가 언제 어떤 기록" in visitor.page("audit.entries").text
    page = visitor.page("audit.export")
    assert page.submit("reason", reason="").errors() == ["사본이 필요한 이유를 입력하십시오"]


def test_r18_a_search_takes_few_statements(session: Session, administrator: Visitor, statements: list[str]) -> None:
    administrator.page("audit.entries")
    statements.clear()
    administrator.page("audit.entries")
    assert len(statements) <= 10


def test_r18_nobody_else_reads_the_record(session: Session, sign_in: Any) -> None:
    for person in (build.civil_servant(session), build.hr(session), build.translator(session)):
        visitor = sign_in(person)
        for place in ("audit.entries", "audit.export"):
            assert visitor.page(place).status_code == 403
