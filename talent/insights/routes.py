"""The transparency record."""

from __future__ import annotations

from flask import Blueprint
from talent.auth.guards import public

bp = Blueprint("transparency", __name__, url_prefix="/transparency")


@bp.get("/")
@public
def record():
    return ""
