"""Days as the reader of a page writes them."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from talent.i18n import local_date


@pytest.mark.parametrize(
    ("language", "style", "written"),
    [
        ("en", "long", "27 December 2026"),
        ("en", "medium", "27 Dec 2026"),
        ("ko", "long", "2026년 12월 27일"),
        ("ko", "medium", "2026. 12. 27."),
    ],
)
def test_the_day_comes_first_in_english(app: Flask, language: str, style: str, written: str) -> None:
    with app.test_request_context(headers={"Accept-Language": language}):
        assert local_date(date(2026, 12, 27), style) == written
