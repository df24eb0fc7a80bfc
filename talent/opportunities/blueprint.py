"""The blueprint that the modules of routes hang their pages on."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("opportunities", __name__, url_prefix="/opportunities")
