"""Who may do what: one row for every route. `flask authz dump` prints it; a route without a row fails the tests.

Rows are by feature; the words are those of talent.auth.access, the object rules those of talent.auth.access_rules.
Whatever is not said here is not found.
"""

from __future__ import annotations

from talent.auth import access_rules as rule
from talent.auth.access import ADMINISTRATORS, NOBODY, Open, Row, Who

PLAIN = Row()
FREE = Row(how=Open.FREELY)
OWN = Row(how=Open.OWN)
ABSENT = Row("nothing")
"""A page of a library that the service does not offer."""


def _of(record: str) -> Row:
    """A record that the tests of its own feature make; here only ids that do not exist are asked for."""
    return Row(record)


def _each(row: Row, *names: str) -> dict[str, Row]:
    return dict.fromkeys(names, row)


ACCOUNTS: dict[str, Row] = {
    **_each(PLAIN, "account.former_names", "account.names", "account.organisation", "account.overview"),
    **_each(FREE, "account.register", "account.registered"),
    **_each(FREE, "security.change_password", "security.forgot_password", "security.login", "security.logout"),
    "security.confirm_email": Row("token", unknown=302),
    "security.reset_password": Row("token", unknown=302),
    "security.send_confirmation": FREE,
    **_each(ABSENT, "security.verify", "security.tf_select", "security.two_factor_rescue", "security.two_factor_setup"),
    **_each(ABSENT, "security.two_factor_setup_validate", "security.two_factor_token_validation"),
    **_each(FREE, "second_factor.add_passkey", "second_factor.authenticator", "second_factor.confirm"),
    **_each(FREE, "second_factor.new_passkey_question", "second_factor.overview", "second_factor.passkey_question"),
    **_each(OWN, "second_factor.recovery_codes", "second_factor.remove_authenticator"),
    "second_factor.remove_passkey": _of("passkey"),
    "second_factor.reset": Row("account", {"active": rule.HOME_ADMINISTRATOR}),
    **_each(
        FREE, "second_step.code", "second_step.passkey", "second_step.passkey_question", "second_step.recovery_code"
    ),
    "sessions.end": Row("session", {"open": rule.PERSON}),
    **_each(FREE, "sessions.end_others", "sessions.forget_unsent", "sessions.overview", "sessions.state"),
    **_each(FREE, "sessions.stay", "sessions.welcome_back"),
    **_each(_of("provider"), "sso.back", "sso.go"),
    "sso.disconnect": _of("link"),
    **_each(FREE, "sso.links", "sso.register", "sso.which"),
}
PUBLIC: dict[str, Row] = {
    **_each(PLAIN, "framework.families", "framework.search", "framework.skills"),
    **_each(_of("framework"), "framework.family", "framework.role", "framework.role_level", "framework.skill"),
    **_each(PLAIN, "public.accessibility", "public.health", "public.home", "public.how_matching_works"),
    **_each(PLAIN, "public.privacy", "public.security_policy", "public.security_txt"),
    **_each(FREE, "public.set_language", "public.start"),
    **_each(PLAIN, "transparency.atrs", "transparency.figures", "transparency.model_card", "transparency.record"),
    "static": _of("file"),
}
ADMINISTRATION: dict[str, Row] = {
    **_each(PLAIN, "audit.entries", "audit.export"),
    "audit.send_export": FREE,
    "dated.index": PLAIN,
    **_each(_of("dated"), "dated.add", "dated.change", "dated.end", "dated.row", "dated.table"),
    "imports.index": PLAIN,
    "imports.batch": _of("batch"),
    **_each(PLAIN, "organisations.administration", "organisations.directory", "organisations.people"),
    **_each(Row("account", {"active": rule.HOME_ADMINISTRATOR}), "organisations.end_role", "organisations.person"),
    **_each(
        Row("organisation", {"active": rule.HOME_ADMINISTRATOR}),
        "organisations.organisation",
        "organisations.remove_domain",
    ),
    "organisations.our_people": PLAIN,
    "organisations.our_person": Row("question", {"waiting": rule.HOME_HR}),
    **_each(PLAIN, "organisations.invitations", "organisations.invite", "organisations.proposals"),
    "organisations.add_organisation": _of("country"),
    **_each(
        Row("organisation", {"active": rule.HOME_ADMINISTRATOR}),
        "organisations.close_organisation",
        "organisations.edit_organisation",
        "organisations.reopen_organisation",
    ),
    **_each(
        Row("account", {"active": rule.HOME_ADMINISTRATOR}),
        "organisations.disable",
        "organisations.enable",
        "organisations.move",
        "organisations.propose",
    ),
    **_each(_of("invitation"), "organisations.resend_invitation", "organisations.withdraw_invitation"),
    "organisations.invitation": _of("token"),
    "organisations.invitation_accepted": FREE,
    **_each(_of("proposal"), "organisations.proposal", "organisations.take_proposal_back"),
}
NOTICES: dict[str, Row] = {
    **_each(PLAIN, "notices.inbox", "notices.read_all"),
    "notices.read": Row("notice", {"unread": rule.PERSON}),
}
OPPORTUNITIES: dict[str, Row] = {
    **_each(PLAIN, "opportunities.browse", "opportunities.create", "opportunities.ours", "opportunities.to_approve"),
    "opportunities.await_translation": Row("post", rule.POST_OF_THE_COUNTRY, barred=rule.POST_OF_ANOTHER_COUNTRY),
    **_each(
        Row("post", rule.POST_OWN, shows=rule.POST_EDITED),
        "opportunities.check_answers",
        "opportunities.edit",
        "opportunities.edit_cost",
        "opportunities.edit_costs",
        "opportunities.edit_skills",
        "opportunities.task_list",
    ),
    **_each(Row("post", rule.POST_OWN), "opportunities.copy", "opportunities.remove_cost", "opportunities.submit"),
    "opportunities.submitted": Row(
        "post", rule.POST_OWN, shows=dict.fromkeys(rule.POST_STATES, 302) | {"submitted": 200}
    ),
    "opportunities.move": Row("post", rule.POST_MOVED, barred=rule.POST_NOT_MOVED, shows={"cancelled": 409}),
    "opportunities.preview": Row("post", rule.POST_PREVIEW),
    "opportunities.view": Row("post", rule.POST_READ),
}
PROFILES: dict[str, Row] = {
    **_each(OWN, "profiles.about_you", "profiles.activated", "profiles.add_language", "profiles.add_skill"),
    **_each(OWN, "profiles.check_answers", "profiles.confirm_current", "profiles.experience", "profiles.find_skills"),
    **_each(OWN, "profiles.languages", "profiles.notice", "profiles.pause", "profiles.preview", "profiles.resume"),
    **_each(OWN, "profiles.skills", "profiles.start_from_role", "profiles.suggest_skills", "profiles.taking_part"),
    **_each(OWN, "profiles.task_list", "profiles.viewed_by", "profiles.what_you_look_for", "profiles.withdraw"),
    "profiles.withdrawn": OWN,
    "profiles.claim": _of("token"),
    # The code is of a language of the reader's own profile.
    **_each(Row("language", how=Open.OWN), "profiles.edit_language", "profiles.remove_language"),
    "profiles.view": Row("profile", {"active": rule.PERSON}, shows=302),
    **_each(FREE, "monitoring.answers", "monitoring.delete"),
}
TRANSLATIONS: dict[str, Row] = {
    "translations.edit": Row("post_text", {"published": ADMINISTRATORS | {Who.TRANSLATOR}}),
    "translations.queue": PLAIN,
}
MATCHING: dict[str, Row] = {
    **_each(OWN, "matching.for_you", "matching.for_you_others"),
    **_each(PLAIN, "matching.asked", "matching.my_suggestions", "matching.put_forward", "matching.releases"),
    **_each(PLAIN, "matching.queue", "matching.queue_objections", "matching.runs"),
    **_each(PLAIN, "matching.settings", "matching.settings_propose", "matching.settings_roll_back"),
    **_each(Row("settings", {"proposed": ADMINISTRATORS}), "matching.settings_reports", "matching.settings_row"),
    # Only who proposed it; nobody, once answered.
    "matching.settings_withdraw": Row(
        "settings", {"proposed": ADMINISTRATORS}, barred={"proposed": ADMINISTRATORS - rule.HOME_ADMINISTRATOR}
    ),
    "matching.start_run": FREE,
    **_each(Row("open_post", rule.POST_OPEN), "matching.ask", "matching.for_you_post"),
    **_each(Row("home_step", rule.HOME_STEP), "matching.home_ask_manager", "matching.home_step"),
    **_each(Row("host_step", rule.HOST_STEP), "matching.host_ask_manager", "matching.host_step"),
    "matching.home_suggestion": Row("pairing", rule.PAIRING_HOME),
    "matching.host_suggestion": Row("pairing", rule.PAIRING_HOST),
    "matching.my_suggestion": Row("pairing", rule.PAIRING_OWN),
    "matching.manager_answer": _of("token"),
    "matching.review": Row("pairing", rule.PAIRING_SEEN, changes=rule.PAIRING_DECIDED),
    **_each(Row("pairing", rule.PAIRING_SEEN), "matching.review_first_view", "matching.unmask"),
    "matching.review_object": Row("pairing", rule.PAIRING_OBJECTED),
    "matching.take_back": Row("pairing", rule.PAIRING_DECIDED),
    "matching.run": Row("run", {"done": ADMINISTRATORS}),
}
REVIEW: dict[str, Row] = {
    **_each(FREE, "review.matcher", "review.report"),
    # Administrators of each country look at their own people for any published post.
    **_each(
        Row("reviewed_post", {"open": ADMINISTRATORS}),
        "review.everyone",
        "review.interest_in_post",
        "review.post",
        "review.show_next",
        "review.start",
    ),
    "review.add": Row("reviewed_post", {"open": NOBODY}),  # without the code of a person
    "review.interest_in_person": Row("pairing", rule.PAIRING_SEEN),
    **_each(Row("shortlist", {"open": rule.HOME_ADMINISTRATOR}), "review.give_first_views", "review.shortlist"),
    # Not found either before the first views are given.
    **_each(Row("shortlist", {"open": NOBODY}), "review.decide", "review.decline"),
}
PRIVACY: dict[str, Row] = {
    **_each(FREE, "privacy.copy", "privacy.delete", "privacy.index", "privacy.kept"),
    "privacy.deleted": _of("receipt"),
    **_each(OWN, "privacy.why_nots", "profiles.matching_choice"),
    "privacy.part": _of("part"),
    "privacy.to_answer": PLAIN,
    **_each(_of("contest"), "privacy.answer_contest", "privacy.contest", "privacy.withdraw_contest"),
    **_each(Row("open_post", rule.POST_OPEN), "privacy.contest_absence", "privacy.why_not_suggested"),
    **_each(Row("pairing", rule.PAIRING_HELD), "privacy.contest_suggestion", "privacy.suggestion"),
}
ROWS: dict[str, Row] = (
    ACCOUNTS | PUBLIC | ADMINISTRATION | NOTICES | OPPORTUNITIES | PROFILES | TRANSLATIONS | MATCHING | REVIEW | PRIVACY
)
"""Endpoint → what it answers to whom."""
