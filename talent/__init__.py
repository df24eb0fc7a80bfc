"""Talent Exchange: the service, put together."""

from __future__ import annotations

import os
import sys

from flask import Flask
from sqlalchemy import Engine, inspect, select

from models import User
from talent.config import ROOT, Settings, SettingsError

__all__ = ["create_app"]


def create_app(settings: Settings | None = None) -> Flask:
    """The whole service from its settings (read from the environment when none are given).

    Raises talent.config.SettingsError when a setting is missing or unsafe.
    """
    settings = settings or Settings.from_environment()
    app = Flask(
        __name__,
        instance_path=str(settings.instance_dir),
        static_folder="static",
        template_folder=str(ROOT / "templates"),
    )
    _configure(app, settings)
    _register_logging(app)
    _register_database(app, settings)
    _register_sessions(app)
    _register_language(app)
    _register_web(app)
    _register_accounts(app)
    _register_features(app)
    _register_events_and_jobs(app, settings)
    _register_commands(app)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        ROOT=ROOT,
        SETTINGS=settings,
        INSTANCE_DIR=settings.instance_dir,
        BASE_URL=settings.base_url,
        PROXY_HOPS=settings.proxy_hops,
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.secret_key_fallbacks),
        DEBUG=settings.debug,
        TESTING=settings.testing,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
        SQLALCHEMY_DATABASE_URI=settings.sqlalchemy_url,
        SESSION_COOKIE_NAME="__Host-session" if settings.secure_cookies else "session",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=settings.session_absolute,
        SESSION_IDLE=settings.session_idle,
        SESSION_IDLE_OFFICE=settings.session_idle_office,
        WTF_CSRF_TIME_LIMIT=12 * 3600,
        WTF_CSRF_SSL_STRICT=settings.secure_cookies,
        QUEUE="memory" if settings.testing else ("sqlite" if settings.uses_sqlite else "postgresql"),
        QUEUE_MAKES_TABLES=not (settings.owner_database_url or settings.matcher_role),
        QUEUE_DSN=settings.sqlalchemy_url.replace("postgresql+psycopg://", "postgresql://"),
    )
    settings.instance_dir.mkdir(parents=True, exist_ok=True)


def _register_logging(app: Flask) -> None:
    from talent import logs

    logs.init_app(app)


def _register_database(app: Flask, settings: Settings) -> None:
    from talent.audit.chain import KEYS as AUDIT_KEYS
    from talent.db import prepare_engine
    from talent.extensions import db, migrate
    from talent.matching.indexing import INDEX, Place
    from talent.matching.reading import MATCHER_ROLE
    from talent.privacy.monitoring import KEY as MONITORING_KEY

    # On SQLite one process with threads serves everybody: a waiting writer waits, it does not fail. The service has
    # more statements than SQLAlchemy keeps compiled by default, and compiling again costs a third of a page.
    pinging = {} if settings.uses_sqlite else {"pool_pre_ping": True}
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"query_cache_size": 4000, **pinging}
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
        db.engine.update_execution_options(
            **{AUDIT_KEYS: settings.audit_keys, MATCHER_ROLE: "" if settings.uses_sqlite else settings.matcher_role}
        )
        db.engine.update_execution_options(**{MONITORING_KEY: settings.monitoring_key})
        db.engine.update_execution_options(**{INDEX: Place(settings.index_folder, settings.index_from_pairs)})
        if settings.production:
            _refuse_sample_accounts(db.engine)
            _refuse_incomplete_record(db.engine)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"), render_as_batch=True, compare_type=True)


def _refuse_sample_accounts(engine: Engine) -> None:
    """Sample accounts have passwords that others know; the database of a service in use must hold none."""
    if not inspect(engine).has_table(User.__tablename__):
        return
    with engine.connect() as connection:
        if connection.scalar(select(User.id).where(User.sample).limit(1)) is not None:
            raise SettingsError("DATABASE_URL names a database with sample accounts; production needs one without")


def _register_sessions(app: Flask) -> None:
    from talent.auth import server_sessions

    server_sessions.init_app(app)


def _refuse_incomplete_record(engine: Engine) -> None:
    """A service that serves people tells who is responsible for it (`flask transparency check`).

    Commands run without, because they are how the missing facts are entered.
    """
    from talent.insights.record import missing_in

    if os.environ.get("FLASK_RUN_FROM_CLI") == "true" and sys.argv[1:2] != ["run"]:
        return
    lacking = [fact.label for fact in missing_in(engine)]
    if lacking:
        raise SettingsError(
            f"the transparency record lacks {', '.join(lacking)}: enter them with `flask transparency enter`"
        )


def _register_language(app: Flask) -> None:
    from talent import i18n

    i18n.init_app(app)


def _register_web(app: Flask) -> None:
    from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader

    from talent import forms, navigation, web
    from talent.forms import unknown_fields

    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.jinja_loader = ChoiceLoader(
        [
            app.jinja_loader or PackageLoader("talent"),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]
    )
    web.init_app(app)
    forms.init_app(app)
    unknown_fields.init_app(app)
    navigation.init_app(app)


def _register_accounts(app: Flask) -> None:
    from talent import limits
    from talent.audit import looks
    from talent.auth import guards, late_forms, security, sso_client

    security.init_app(app)
    sso_client.init_app(app)
    guards.init_app(app)
    limits.init_app(app)
    looks.init_app(app)
    late_forms.init_app(app)


def _register_features(app: Flask) -> None:
    from talent.audit.routes import bp as audit
    from talent.auth.routes import bp as account
    from talent.auth.second_factor_routes import bp as second_factor
    from talent.auth.second_step_routes import bp as second_step
    from talent.auth.session_routes import bp as sessions
    from talent.auth.sso_routes import bp as sso
    from talent.exchange.routes import bp as imports
    from talent.framework.routes import bp as framework
    from talent.framework.settings_routes import bp as dated
    from talent.insights.routes import bp as transparency
    from talent.matching.routes import bp as matching
    from talent.notifications.routes import bp as notices
    from talent.opportunities.routes import bp as opportunities
    from talent.organisations.routes import bp as organisations
    from talent.privacy.monitoring_routes import bp as monitoring
    from talent.privacy.routes import bp as privacy
    from talent.profiles.routes import bp as profiles
    from talent.public.routes import bp as public
    from talent.review.routes import bp as review
    from talent.translations.routes import bp as translations

    for blueprint in (
        public,
        account,
        sessions,
        second_factor,
        second_step,
        sso,
        organisations,
        framework,
        dated,
        profiles,
        opportunities,
        translations,
        matching,
        review,
        privacy,
        monitoring,
        transparency,
        notices,
        imports,
        audit,
    ):
        app.register_blueprint(blueprint)


def _register_events_and_jobs(app: Flask, settings: Settings) -> None:
    from talent import worker
    from talent.audit import jobs as audit_jobs
    from talent.auth import sessions
    from talent.exchange import jobs as exchange_jobs
    from talent.jobs import every_sweep
    from talent.matching import jobs as matching_jobs
    from talent.notifications import jobs as notification_jobs
    from talent.notifications.port import FileMailer, SmtpMailer
    from talent.opportunities import jobs as opportunity_jobs
    from talent.privacy import jobs as privacy_jobs
    from talent.profiles import jobs as profile_jobs
    from talent.review import alerts as review_alerts

    mailer = (
        SmtpMailer(settings.mail_url, settings.mail_from)
        if settings.mail_url
        else FileMailer(settings.instance_dir / "mail", settings.mail_from)
    )
    app.extensions["mailer"] = mailer
    notification_jobs.register()
    exchange_jobs.register()
    profile_jobs.register()
    opportunity_jobs.register()
    matching_jobs.register()
    privacy_jobs.register()
    review_alerts.watch()
    audit_jobs.register()
    every_sweep(sessions.sweep)
    worker.init_app(app)


def _register_commands(app: Flask) -> None:
    from talent import cli

    cli.init_app(app)
