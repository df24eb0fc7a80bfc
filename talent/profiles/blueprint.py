"""The blueprint that the feature's route modules share."""

from flask import Blueprint

bp = Blueprint("profiles", __name__, url_prefix="/profile")
