from flask.cli import AppGroup

people = AppGroup("people")
