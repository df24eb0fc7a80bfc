"""Forms: what a page asks, how it is shown, and what is wrong with what was typed."""

from __future__ import annotations

from typing import Any

from flask import Flask

from talent.forms.base import GovForm
from talent.forms.cleaning import clean_line, clean_text
from talent.forms.widgets import render_field

__all__ = ["GovForm", "clean_line", "clean_text", "init_app"]


def init_app(app: Flask) -> None:
    """Give templates `render_field` and `error_list`."""
    app.jinja_env.globals["render_field"] = render_field
    app.jinja_env.globals["foreign_errors"] = foreign_errors


def foreign_errors(form: Any) -> list[dict[str, str]]:
    """Error summary items of a form that is not ours (Flask-Security's)."""
    items = [{"text": str(message)} for message in getattr(form, "form_errors", ())]
    for field in form:
        items.extend({"text": str(message), "href": f"#{field.id}"} for message in field.errors)
    return items
