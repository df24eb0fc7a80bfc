"""The blueprint that the route modules of review share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from talent.matching.page_words import page_words

bp = Blueprint("review", __name__, url_prefix="/review")


@bp.context_processor
def words_for_templates() -> dict[str, Any]:
    return page_words()
