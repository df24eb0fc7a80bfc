from flask.cli import AppGroup

matches = AppGroup("match")
