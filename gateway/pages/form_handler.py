"""Entrypoint of forms: what is sent is checked, done once, and answered by a page."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Request, Response

from chassis.context import OUTERMOST_DEADLINE_S, CallContext
from chassis.database.refusals import Erased
from chassis.errors import DomainError, FieldError, Invalid, Unauthenticated
from chassis.http.body import read_body
from chassis.idempotency.keys import KeyReused
from chassis.preconditions import Stale
from chassis.schemas import Reading, load
from gateway.http import cookies as names
from gateway.http.endpoint import FILE_DEADLINE_S, KEY_PATTERN, LONGEST_KEY
from gateway.http.problems import status_of
from gateway.http.revocation import BadToken, TokenRevoked
from gateway.http.workers import authorise
from gateway.pages import form_values
from gateway.pages.answers import Refused, SeeOther
from gateway.pages.carried import (
    ACCOUNT,
    CARRIED,
    VERSION,
    Carried,
    OtherAccount,
    without_secrets,
)
from gateway.pages.declaration import Upload
from gateway.pages.form_values import Values
from gateway.pages.forms import Form
from gateway.pages.handlers import PageHandler, SiteHandler, query_part
from gateway.pages.origin import require_own
from gateway.pages.refused_fields import errors_of, in_form
from gateway.pages.rendering import sentence
from gateway.pages.site import Visit

SIGN_IN_PAGE = "sign_in_page"
SESSION_GONE = (Unauthenticated, BadToken, TokenRevoked, Erased)
"""Refusals of a caller whose session has ended, unlike that of a wrong code."""
IN_QUERIES = "%&=+/?:@!$'()*,;~-._"
"""Characters of a query (RFC 3986, section 3.4); others are encoded."""
URLENCODED = "application/x-www-form-urlencoded"
KEY, ADD, REMOVE = "_key", "_add", "_remove"
LARGEST_FORM = 1024 * 1024
MOST_FIELDS = 5000
"""All other requests wait while a form is parsed. Werkzeug has a limit for ``multipart`` alone."""


class FormHandler(SiteHandler):
    reads_body = True

    def methods(self) -> list[str]:
        """With ``GET`` where no page has the form's path: browsers ask for it after a reload or a
        change of language."""
        pages = {each.route for each in self.siblings() if isinstance(each, PageHandler)}
        return ["POST"] if self.route in pages else ["GET", "POST"]

    def _answer(self, visit: Visit) -> Response:
        if visit.request.method != "POST":
            return self._lead_to_page(visit)
        with closing(visit.request):  # the files that came with the form
            return self._answer_to(visit)

    def _answer_to(self, visit: Visit) -> Response:
        require_own(visit.request, self.site.url)
        upload = self.declaration.upload
        largest = LARGEST_FORM + (upload.largest if upload else 0)
        read_body(visit.request.environ, largest, FILE_DEADLINE_S)
        values = dict(visit.request.path_values)  # type: ignore[attr-defined]
        given = _given(visit.request)
        visit.carried = _last(given, CARRIED)
        not_admitted = self._admit(visit, values, given)
        if not_admitted is not None:
            return not_admitted
        if ADD in given or REMOVE in given:
            return self._with_rows(visit, values, given)
        try:
            arguments = {**self.arguments(visit), **self._body(visit, given)}
            call = replace(self.call_of(visit, _key_of(given)), if_match=_version_of(given))
            if upload is not None:
                call = replace(call, deadline=time.time() + OUTERMOST_DEADLINE_S)
            result = self._run_once(arguments, call)
        except DomainError as refusal:
            if type(refusal) in SESSION_GONE and self.declaration.needs_account:
                return self._ask_to_sign_in(visit, given)
            return self._again(visit, values, given, refusal)
        if isinstance(result, Refused):
            return self._refused(visit, values, given, result)
        return self._done(visit, given, result)

    def _admit(
        self, visit: Visit, values: dict[str, Any], given: form_values.Given
    ) -> Response | None:
        """The answer to a form that is not this account's to send; raises ``Forbidden``."""
        try:
            authorise(visit.visitor.caller, self.declaration.allow)
        except Unauthenticated:
            return self._ask_to_sign_in(visit, given)
        if not self._is_of_its_sender(visit, given):
            return self._again(visit, values, {}, OtherAccount())
        return None

    def _is_of_its_sender(self, visit: Visit, given: form_values.Given) -> bool:
        """Whether the page with the form was shown to the account that sends it. Another person may
        have signed in at this device since. Pages of forms that need an account mark them."""
        if not self.declaration.needs_account:
            return True
        return _last(given, ACCOUNT) == str(visit.visitor.caller.account_id)

    def _lead_to_page(self, visit: Visit) -> Response:
        to = self.named(self.declaration.again).path_of(visit) + query_part(visit)
        return self._redirect(visit, to, HTTPStatus.SEE_OTHER)

    def _run_once(self, arguments: dict[str, Any], call: CallContext) -> Any:
        """Sending the same again has no second effect; a form that was changed since, after going
        back to it, is another one."""
        try:
            return self.run(arguments, call)
        except KeyReused:
            return self.run(arguments, replace(call, idempotency_key=uuid4().hex))

    def _done(self, visit: Visit, given: form_values.Given, result: Any) -> Response:
        """Go on; after a sign-in, with the form that was carried through it."""
        carried = Carried.from_form(given)
        if carried is not None and isinstance(result, SeeOther) and result.session is not None:
            return self._resume(visit, carried, result)
        page_again = self.named(self.declaration.again)
        return self.conclude(visit, result, page_again.declaration.template)

    def _body(self, visit: Visit, given: form_values.Given) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self.declaration.body is not None:
            values = form_values.values_of(self.declaration.body, given)
            found["body"] = load(self.declaration.body, values, Reading.FORM)
        if self.declaration.upload is not None:
            found["file"] = _file_of(visit.request, self.declaration.upload)
        return found

    def _values(self, given: form_values.Given) -> Values:
        if self.declaration.body is None:
            return {}
        values: Values = form_values.shown(form_values.values_of(self.declaration.body, given))
        return values

    def _refused(
        self, visit: Visit, values: dict[str, Any], given: form_values.Given, result: Refused
    ) -> Response:
        visit.cookies.set(names.SIGN_UP, result.sign_up)
        visit.visitor = replace(visit.visitor, sign_up=result.sign_up)
        return self._again(visit, values, given, result.refusal)

    def _again(
        self, visit: Visit, values: dict[str, Any], given: form_values.Given, refusal: DomainError
    ) -> Response:
        """Show the form again, with its errors."""
        errors = {
            each.field: in_form(each, self.declaration.body, visit.visitor)
            for each in errors_of(refusal, self.declaration.body)
        }
        problem = "" if errors else sentence(refusal.detail, visit.visitor.language)
        state = self._form(visit, given, errors=errors, problem=problem, refusal=refusal)
        if isinstance(refusal, Stale):  # shown beside the present version: sending replaces that
            state = replace(state, version="")
        if isinstance(refusal, OtherAccount):
            state = replace(state, sent=False)
        status = status_of(type(refusal))
        caller = visit.visitor.caller if visit.visitor.is_signed_in else None
        self.refusals.report(refusal, caller, self.declaration.method, self.declaration.path)
        response = self.named(self.declaration.again).again(
            visit, values, {self.method_name: state}, status
        )
        if status is HTTPStatus.TOO_MANY_REQUESTS:
            response.headers["Retry-After"] = str(getattr(refusal, "retry_after_s", 2))
        return response

    def _with_rows(
        self, visit: Visit, values: dict[str, Any], given: form_values.Given
    ) -> Response:
        """The form with a row more or less; nothing is saved."""
        state = self._form(visit, given)
        shape = self.declaration.body
        found: Values = {}
        if shape is not None:
            found = form_values.shown(form_values.rows_of(shape, given))
            found = form_values.with_row(shape, found, _last(given, ADD))
            found = form_values.without_row(shape, found, _last(given, REMOVE))
        forms = {self.method_name: replace(state, values=found)}
        return self.named(self.declaration.again).again(visit, values, forms, HTTPStatus.OK)

    def _form(self, visit: Visit, given: form_values.Given, **more: Any) -> Form:
        return Form(
            self.method_name,
            self.path_for(visit),
            self.declaration.body,
            self._values(given),
            sent=True,
            uploads=self.declaration.upload is not None,
            carried=visit.carried,
            version=_version_of(given) or "",
            **more,
        )

    def _ask_to_sign_in(self, visit: Visit, given: form_values.Given) -> Response:
        """The sign-in page, which carries what was sent, without secrets and files."""
        visit.cookies.sign_out()
        self.site.recognise(visit)
        account = _last(given, ACCOUNT)
        fields = without_secrets(given)
        visit.carried = Carried(self.path_for(visit), fields, account).to_field() if account else ""
        sign_in = self.named(SIGN_IN_PAGE)
        assert sign_in.declaration.query is not None
        arguments = {"visitor": visit.visitor, "query": sign_in.declaration.query()}
        view = sign_in.run(arguments, sign_in.call_of(visit))
        return sign_in.show(visit, view, {}, HTTPStatus.UNAUTHORIZED)

    def _resume(self, visit: Visit, carried: Carried, result: SeeOther) -> Response:
        """The form that was carried through the sign-in, filled as before; the next page, where
        another account wrote it."""
        self._keep(visit, result)
        visit.carried = ""
        path, _, query = carried.path.partition("?")
        found = self.server.handler_of("POST", path)
        is_own = carried.is_of(visit.visitor.caller.account_id)
        if found is None or not isinstance(found[0], FormHandler) or not is_own:
            return self.conclude(visit, replace(result, session=None))
        handler, values = found
        visit.visitor = replace(visit.visitor, query=quote(query, safe=IN_QUERIES))
        visit.request.environ["QUERY_STRING"] = visit.visitor.query
        request = Request(visit.request.environ)
        visit.request = request
        request.path_values = values  # type: ignore[attr-defined]
        state = handler._form(visit, carried.fields)
        page_again = handler.named(handler.declaration.again)
        shown: Response = page_again.again(
            visit, values, {handler.method_name: state}, HTTPStatus.OK
        )
        return shown


def _given(request: Request) -> form_values.Given:
    body: bytes = request.environ["wsgi.input"].getvalue()
    if request.mimetype == URLENCODED and body.count(b"&") >= MOST_FIELDS:
        raise RequestEntityTooLarge(f"The form has more than {MOST_FIELDS} fields.")
    return dict(request.form.lists())


def _last(given: form_values.Given, name: str) -> str:
    """The value of a field that a form has once."""
    return (given.get(name) or [""])[-1]


def _key_of(given: form_values.Given) -> str | None:
    key = _last(given, KEY)
    return key if 0 < len(key) <= LONGEST_KEY and KEY_PATTERN.fullmatch(key) else None


def _version_of(given: form_values.Given) -> str | None:
    """The ETag of what the form was filled with."""
    return _last(given, VERSION) or None


def _file_of(request: Request, upload: Upload) -> bytes | None:
    part = request.files.get(upload.field)
    if part is None or not part.filename:
        return None
    content: bytes = part.read()
    if len(content) > upload.largest:
        most = upload.largest // (1024 * 1024)
        raise Invalid(errors=[FieldError(upload.field, f"The file is larger than {most} MiB.")])
    if part.mimetype not in upload.types:
        kinds = ", ".join(upload.types)
        raise Invalid(
            errors=[FieldError(upload.field, f"Must be one file of {kinds}.", part.mimetype[:60])]
        )
    return content
