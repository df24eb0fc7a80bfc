from flask.cli import AppGroup

importing = AppGroup("import")
