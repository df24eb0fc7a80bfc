"""The blueprint of one's own data, and what its templates use."""

from __future__ import annotations

from flask import Blueprint

from talent.privacy.showing import kind_of

bp = Blueprint("privacy", __name__, url_prefix="/my-data")
bp.context_processor(lambda: {"kind_of": kind_of})
