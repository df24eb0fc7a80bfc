from flask import Blueprint

bp = Blueprint("dated", __name__, url_prefix="/settings")
