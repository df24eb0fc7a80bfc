"""The WSGI entry point."""

from werkzeug.middleware.proxy_fix import ProxyFix

from talent import create_app

application = create_app()
application.wsgi_app = ProxyFix(  # type: ignore[method-assign]
    application.wsgi_app, x_for=application.config["PROXY_HOPS"], x_proto=application.config["PROXY_HOPS"]
)
