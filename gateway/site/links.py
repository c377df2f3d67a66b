"""Pages that links in mails open: confirm an address, reset or change a password.

Each page has a button, and only the button acts: mail programs visit links on their own. No page
loads anything from another host.
"""

from __future__ import annotations

from http import HTTPStatus
from importlib.resources import files

from werkzeug.wrappers import Request, Response

from gateway.http.document import document

HTML, CSS, SCRIPT = "text/html", "text/css", "text/javascript"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {"Content-Security-Policy": POLICY}


class Links:
    @document("/verify-email")
    def verify_email_page(self, request: Request) -> Response:
        return _file("verify_email.html", HTML)

    @document("/reset-password")
    def reset_password_page(self, request: Request) -> Response:
        return _file("reset_password.html", HTML)

    @document("/change-password")
    def change_password_page(self, request: Request) -> Response:
        return _file("change_password.html", HTML)

    @document("/.well-known/change-password")
    def well_known_change_password(self, request: Request) -> Response:
        """Password managers open it (W3C, A Well-Known URL for Changing Passwords)."""
        return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": "/change-password"})

    @document("/stop-email-change")
    def stop_email_change_page(self, request: Request) -> Response:
        return _file("stop_email_change.html", HTML)

    @document("/site/page.css")
    def page_style(self, request: Request) -> Response:
        return _file("page.css", CSS)

    @document("/site/link.js")
    def link_script(self, request: Request) -> Response:
        return _file("link.js", SCRIPT)


def _file(name: str, kind: str) -> Response:
    text = files("gateway.site").joinpath(name).read_bytes()
    return Response(text, headers=HEADERS, content_type=f"{kind}; charset=utf-8")
