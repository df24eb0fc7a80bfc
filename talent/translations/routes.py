from flask import Blueprint

bp = Blueprint("translations", __name__, url_prefix="/translations")
