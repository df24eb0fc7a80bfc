"""From a WTForms field to a GOV.UK macro: parameters only, the markup is govuk-frontend-jinja's.

Also renders the fields of Flask-Security's own forms (`render_field`), which know nothing of our widgets.
"""

from __future__ import annotations

from typing import Any, cast

from flask import current_app
from markupsafe import Markup
from wtforms.fields import Field

from talent.i18n import HTML_DATE_ORDER, _, current_language


def _macro(component: str) -> Any:
    name = "govuk" + "".join(part.capitalize() for part in component.split("-"))
    template = current_app.jinja_env.get_template(f"govuk_frontend_jinja/components/{component}/macro.html")
    return getattr(template.module, name)  # a macro gives Markup: it has escaped its text parameters


class GovWidget:
    """Renders a field with one component. Options given here can be overridden where the field is placed:
    `{{ form.title(label_size="l", page_heading=True) }}`."""

    validation_attrs: list[str] = []

    def __init__(self, component: str, **options: Any) -> None:
        self.component = component
        self.options = options

    def __call__(self, field: Field, **overrides: Any) -> Markup:
        options = {**self.options, **overrides}
        params = _common(field, options)
        build = _BUILDERS[self.component]
        component = "checkboxes" if self.component == "tick" else self.component
        build(field, params, options)
        if component == "grouped-select":  # the Design System's macro knows no groups
            template = current_app.jinja_env.get_template("components/grouped_select.html")
            return Markup(template.render(params))  # noqa: S704 - the template escapes
        return _macro(component)(params)


def render_field(field: Field, **options: Any) -> Markup:
    """Any WTForms field, ours or a library's, as a GOV.UK component."""
    if isinstance(field.widget, GovWidget):
        return cast("Markup", field(**options))
    if field.type in ("HiddenField", "CSRFTokenField"):
        return cast("Markup", field())
    if field.type == "SubmitField":
        return _macro("button")(
            {"text": str(field.label.text), "name": field.name, "value": "1", "preventDoubleClick": True}
        )
    component = {
        "PasswordField": "password-input",
        "BooleanField": "tick",
        "RadioField": "radios",
        "SelectField": "select",
        "TextAreaField": "textarea",
    }.get(field.type, "input")
    return GovWidget(component)(field, **options)


def _common(field: Field, options: dict[str, Any]) -> dict[str, Any]:
    classes = options.get("classes", "")
    params: dict[str, Any] = {"id": field.id, "idPrefix": field.id, "name": field.name, "classes": classes}
    hints = [str(hint) for hint in (options.get("hint", field.description), *getattr(field, "cautions", ())) if hint]
    if hints:
        params["hint"] = {"text": " ".join(hints)}
    if field.errors:
        params["errorMessage"] = {"text": str(field.errors[0]), "visuallyHiddenText": str(_("Error:")).rstrip(":")}
    heading = options.get("page_heading", False)
    size = options.get("label_size", "l" if heading else "s")
    label = options.get("label", field.label.text)
    params["label"] = {"text": str(label), "classes": f"govuk-label--{size}", "isPageHeading": heading}
    params["_legend"] = {"text": str(label), "classes": f"govuk-fieldset__legend--{size}", "isPageHeading": heading}
    if options.get("label_hidden"):
        params["label"]["classes"] = params["_legend"]["classes"] = "govuk-visually-hidden"
    attributes = dict(options.get("attributes", {}))
    if getattr(field, "content_language", None):
        attributes["lang"] = field.content_language
    params["attributes"] = attributes
    return params


def _shown(field: Field) -> str:
    value = field._value() if hasattr(field, "_value") else field.data
    return "" if value is None else _printable(str(value))


def _printable(value: str) -> str:
    """What was typed, with characters no page may hold shown as the replacement character."""
    return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def _input(field: Field, params: dict[str, Any], options: dict[str, Any]) -> None:
    width = options.get("width")
    if width:
        params["classes"] += f" govuk-input--width-{width}" if isinstance(width, int) else f" govuk-!-width-{width}"
    params["type"] = getattr(field, "input_type", None) or getattr(field.widget, "input_type", "text")
    params["value"] = _shown(field)
    for name in ("autocomplete", "inputmode", "spellcheck"):
        if options.get(name) is not None:
            params[name] = options[name]
    for name, key in (("suffix", "suffix"), ("prefix_text", "prefix")):
        if options.get(name):
            params[key] = {"text": str(options[name])}


def _password(field: Field, params: dict[str, Any], options: dict[str, Any]) -> None:
    if options.get("autocomplete"):
        params["autocomplete"] = options["autocomplete"]
    params |= {
        "showPasswordText": str(_("Show")),
        "hidePasswordText": str(_("Hide")),
        "showPasswordAriaLabelText": str(_("Show password")),
        "hidePasswordAriaLabelText": str(_("Hide password")),
        "passwordShownAnnouncementText": str(_("Your password is visible")),
        "passwordHiddenAnnouncementText": str(_("Your password is hidden")),
    }


def _textarea(field: Field, params: dict[str, Any], options: dict[str, Any]) -> None:
    params |= {"value": _shown(field), "rows": str(options.get("rows", 5))}


def _character_count(field: Field, params: dict[str, Any], options: dict[str, Any]) -> None:
    _textarea(field, params, options)
    params |= {
        "maxlength": str(options["maxlength"]),
        "textareaDescriptionText": str(_("You can enter up to %(count)s characters", count="%{count}")),
        "charactersUnderLimitText": _plural(_("You have %(count)s characters remaining", count="%{count}")),
        "charactersAtLimitText": str(_("You have no characters remaining")),
        "charactersOverLimitText": _plural(_("You have %(count)s characters too many", count="%{count}")),
    }


def _plural(text: Any) -> dict[str, str]:
    return {"one": str(text), "other": str(text)}


def _select(field: Field, params: dict[str, Any], options: dict[str, Any]) -> None:
    chosen = "" if field.data is None else str(field.data)
    items = [
        {"value": str(c.value), "text": str(c.label), "selected": str(c.value) == chosen} for c in field.choices or ()
    ]
    blank = options.get("blank")
    if blank is not None or not chosen:
        items.insert(
            0, {"value": "", "text": str(blank if blank is not None else _("Choose one")), "selected": not chosen}
        )
    params["items"] = items


def _grouped_select(field: Field, params: dict[str, Any], options: dict[str, Any]) -> None:
    chosen = "" if field.data is None else str(field.data)
    blank = options.get("blank")
    params["blank"] = str(blank if blank is not None else _("Choose one"))
    params["groups"] = [
        {
            "label": str(label),
            "items": [{"value": str(c.value), "text": str(c.label), "selected": str(c.value) == chosen} for c in group],
        }
        for label, group in field.choices or ()
    ]


def _radios(field: Field, params: dict[str, Any], options: dict[str, Any]) -> None:
    chosen = "" if field.data is None else str(field.data)
    params["items"] = [_choice_item(c, str(c.value) == chosen) for c in field.choices or ()]
    params["fieldset"] = {"legend": params.pop("_legend")}
    if options.get("inline"):
        params["classes"] += " govuk-radios--inline"
    if options.get("small"):
        params["classes"] += " govuk-radios--small"


def _checkboxes(field: Field, params: dict[str, Any], options: dict[str, Any]) -> None:
    chosen = {str(item) for item in field.data or ()}
    params["items"] = [_choice_item(c, str(c.value) in chosen) for c in field.choices or ()]
    params["fieldset"] = {"legend": params.pop("_legend")}
    if options.get("small"):
        params["classes"] += " govuk-checkboxes--small"


def _choice_item(choice: Any, checked: bool) -> dict[str, Any]:
    item: dict[str, Any] = {"value": str(choice.value), "text": str(choice.label), "checked": checked}
    hint = (choice.render_kw or {}).get("hint")
    if hint:
        item["hint"] = {"text": str(hint)}
    return item


def _tick(field: Field, params: dict[str, Any], options: dict[str, Any]) -> None:
    item: dict[str, Any] = {"value": "y", "text": params["label"]["text"], "checked": bool(field.data), "id": field.id}
    if "hint" in params:
        item["hint"] = params.pop("hint")
    params["items"] = [item]
    if options.get("small", False):
        params["classes"] += " govuk-checkboxes--small"


def _date(field: Any, params: dict[str, Any], options: dict[str, Any]) -> None:
    names = {"day": _("Day"), "month": _("Month"), "year": _("Year")}
    bad = field.bad_parts if field.errors else ()
    params["items"] = [
        {
            "name": part,
            "id": f"{field.id}-{part}",
            "label": str(names[part]),
            "value": _printable(field.parts.get(part, "")),
            "classes": f"govuk-input--width-{4 if part == 'year' else 2}"
            + (" govuk-input--error" if part in bad or (field.errors and not bad) else ""),
        }
        for part in HTML_DATE_ORDER[current_language().value]
    ]
    params["namePrefix"] = field.name
    params["fieldset"] = {"legend": params.pop("_legend"), "role": "group"}


_BUILDERS = {
    "input": _input,
    "password-input": _password,
    "textarea": _textarea,
    "character-count": _character_count,
    "select": _select,
    "grouped-select": _grouped_select,
    "radios": _radios,
    "checkboxes": _checkboxes,
    "tick": _tick,
    "date-input": _date,
}
