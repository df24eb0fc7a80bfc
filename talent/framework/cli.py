from flask.cli import AppGroup

reference = AppGroup("reference")
