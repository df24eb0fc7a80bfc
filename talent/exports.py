"""Tables that leave the service as files: no cell is ever a formula to the program that opens them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from flask import Response

FORMULA_STARTS = frozenset("=+-@\t\r\n\x00＝＋－＠﹢﹣﹦﹫")
"""First characters that a spreadsheet takes for a formula, wide and small forms included."""
MARK = "'"
"""Put before such a cell, and before one that begins with it: `plain_cell` takes exactly one away again."""


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A table as RFC 4180 writes it, in UTF-8 with the mark that Excel in Korea needs to read Hangul."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([safe_cell(cell) for cell in header])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "replace")


def safe_cell(value: Any) -> str:
    """A value as the text of a cell; None is empty, numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    text = str(value)
    return MARK + text if (text and text[0] in FORMULA_STARTS) or text.startswith(MARK) else text


def plain_cell(cell: str) -> str:
    """The text that `safe_cell` was given."""
    return cell.removeprefix(MARK)


def csv_download(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """The table as a file to keep; `name` in plain letters, without its ending."""
    response = Response(csv_bytes(header, rows), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.csv")
    return response
