"""Fetching what users give the address of: what comes back, and where it may not lead."""

from __future__ import annotations

import ast
import gzip
import inspect
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from io import SEEK_END, BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.errors import FieldError, Invalid, Unavailable
from chassis.fetch import fetch as fetching
from chassis.fetch.fetch import HTTP_TOO, AnswerRefused, EgressPolicy, Fetched, NotFetched, fetch
from chassis.fetch.url_policy import AddressRefused
from tests.chassis.sites import (
    LIMIT,
    NAME,
    Answer,
    Authority,
    Names,
    Opened,
    Site,
    a_site,
    answer,
    full,
    get,
    get_secured,
    head,
    only_here,
    redirect,
)

ROOT = Path(__file__).parents[2]
LOST_S = 2.0


# What comes back


def test_an_answer_is_given_back_with_its_type(opened: Opened) -> None:
    site = opened(answer("Grüße".encode(), "Content-Type: text/plain; charset=utf-8"))
    fetched = get(site, "/a?b=c#d")
    assert (fetched.status, fetched.content_type) == (200, "text/plain; charset=utf-8")
    assert fetched.body.decode() == "Grüße"
    assert fetched.url == f"http://{NAME}:{site.port}/a?b=c#d"
    [asked] = site.asked
    assert asked.startswith("GET /a?b=c HTTP/1.1\r\n")
    assert f"host: {NAME}:{site.port}\r\n" in asked


def test_an_answer_that_is_an_error_is_an_answer(opened: Opened) -> None:
    fetched = get(opened(answer(b"none", status="404 Not Found")))
    assert (fetched.status, fetched.content_type, fetched.body) == (404, "", b"none")


def test_a_chunked_answer_and_one_that_ends_with_its_connection_are_taken(opened: Opened) -> None:
    chunked = head("Transfer-Encoding: chunked") + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    assert get(opened(chunked)).body == b"abcde"
    assert get(opened(head() + b"abcde")).body == b"abcde"


def test_a_body_can_be_written_into_a_file(opened: Opened) -> None:
    file = BytesIO(b"before ")
    file.seek(0, SEEK_END)
    zipped = answer(gzip.compress(b"the body"), "Content-Encoding: gzip")
    assert get(opened(zipped), into=file).body == b""
    assert file.getvalue() == b"before the body"


def test_something_can_be_posted(opened: Opened) -> None:
    site = opened(answer(status="204 No Content"))
    sent = get(site, content=b"news", headers={"Content-Type": "text/plain", "Host": "another"})
    assert sent.status == 204
    [asked] = site.asked
    assert asked.startswith("POST / HTTP/1.1\r\n")
    assert "content-type: text/plain\r\n" in asked
    assert "Content-Length: 4\r\n" in asked
    assert asked.lower().count("host:") == 1
    assert f"host: {NAME}:{site.port}\r\n" in asked


def test_nothing_in_the_environment_changes_the_way(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert get(opened(answer(b"direct"))).body == b"direct"


# Where it leads

PRIVATE = {
    "private": ["10.0.0.1"],
    "loopback": ["127.0.0.1"],
    "loopback in IPv6": ["::1"],
    "link-local": ["169.254.169.254"],
    "link-local in IPv6": ["fe80::1"],
    "unique local": ["fd00:ec2::254"],
    "mapped": ["::ffff:127.0.0.1"],
    "mapped though public": ["::ffff:8.8.8.8"],
    "translated": ["64:ff9b::7f00:1"],
    "translated locally": ["64:ff9b:1::7f00:1"],
    "6to4": ["2002:7f00:1::"],
    "Teredo": ["2001:0:7f00:1::1"],
    "behind a carrier": ["100.64.0.1"],
    "unspecified": ["0.0.0.0"],
    "multicast": ["224.0.0.1"],
    "one of several": ["8.8.8.8", "1.1.1.1", "192.168.0.1"],
}


@pytest.mark.parametrize("addresses", PRIVATE.values(), ids=PRIVATE)
def test_a_name_that_leads_inside_is_refused(names: Names, addresses: list[str]) -> None:
    names.say(NAME, *addresses)
    with pytest.raises(AddressRefused, match=f"leads to {NAME}, which is not on the public"):
        fetch(f"https://{NAME}/", limit_bytes=LIMIT, deadline_s=LOST_S)
    assert names.asked == [NAME]


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:7f00:1]", "127。0。0。1"])
def test_an_address_in_place_of_a_name_is_checked_the_same_way(names: Names, host: str) -> None:
    plain = host.strip("[]").replace("。", ".")
    names.say(plain, plain)
    with pytest.raises(AddressRefused, match="which is not on the public internet"):
        fetch(f"https://{host}/", limit_bytes=LIMIT, deadline_s=LOST_S)


def test_the_systems_own_names_for_this_host_are_refused() -> None:
    with pytest.raises(
        AddressRefused, match="leads to localhost, which is not on the public internet"
    ):
        fetch("https://localhost/", limit_bytes=LIMIT, deadline_s=LOST_S)


def test_a_name_that_changes_between_two_look_ups_is_looked_up_once(
    opened: Opened, names: Names
) -> None:
    site = opened(answer(b"the one that was checked"))
    with a_site(lambda _: [answer(b"another")], at=("127.0.0.2", site.port)) as inside:
        names.say(NAME, "127.0.0.2")
        assert get(site).body == b"the one that was checked"
        assert names.asked == [NAME]
        with pytest.raises(AddressRefused, match="which is not on the public internet"):
            get(site)
    assert inside.asked == []
    assert len(site.asked) == 1


def test_what_is_dialled_is_the_address_that_was_checked(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialled = []

    def noted(connection: socket.socket, address: tuple[str, int]) -> None:
        dialled.append(address)
        connect(connection, address)

    connect = socket.socket.connect
    monkeypatch.setattr(socket.socket, "connect", noted)
    site = opened(answer())
    get(site)
    assert dialled == [("127.0.0.1", site.port)]


def test_an_address_where_nobody_listens_is_passed_over(names: Names, opened: Opened) -> None:
    names.say(NAME, "127.0.0.3", "127.0.0.1")
    site = opened(answer(b"here"))
    policy = EgressPolicy(lambda _: True, frozenset([site.port]))
    assert get(site, policy=policy).body == b"here"


def test_an_address_that_does_not_answer_leaves_time_for_the_next(
    names: Names, opened: Opened
) -> None:
    names.say(NAME, "127.0.0.2", "127.0.0.1")
    site = opened(answer(b"here"))
    with full("127.0.0.2", site.port):
        policy = EgressPolicy(lambda _: True, frozenset([site.port]))
        assert get(site, policy=policy, deadline_s=1.0).body == b"here"


def test_a_refusal_names_the_field_and_the_value_without_its_password(names: Names) -> None:
    with pytest.raises(AddressRefused) as refused:
        fetch("https://me:secret@a.example/", limit_bytes=1, deadline_s=1, field="picture.url")
    why = "contains a user name or a password"
    assert refused.value.errors == (FieldError("picture.url", why, "https://…@a.example/"),)
    assert str(refused.value) == f"https://…@a.example/ {why}"
    assert names.asked == []


def test_refusals_are_of_two_kinds() -> None:
    assert {AddressRefused.kind(), AnswerRefused.kind()} == {Invalid}
    assert NotFetched.kind() is Unavailable


def test_nobody_but_tests_opens_more_than_the_internet() -> None:
    found = []
    for folder in ("chassis", "contracts", "services", "gateway", "firststep"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                named = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
                if named.split(".")[-1] == "EgressPolicy":
                    found.append(f"{path.relative_to(ROOT)}: {ast.unparse(node)}")
    assert found == ["chassis/fetch/fetch.py: EgressPolicy()"]
    assert inspect.signature(fetch).parameters["policy"].default is fetching.PUBLIC


# TLS


def test_a_site_is_known_by_its_certificate_and_asked_for_by_name(
    opened: Opened, authority: Authority
) -> None:
    meant = []
    tls = authority.serving(NAME)
    tls.sni_callback = lambda _, name, __: meant.append(name)
    assert get_secured(opened(answer(b"secret"), tls=tls), authority.trusting).body == b"secret"
    assert meant == [NAME]


def test_a_certificate_for_another_name_is_not_taken(opened: Opened, authority: Authority) -> None:
    site = opened(answer(), tls=authority.serving("other.example"))
    with pytest.raises(NotFetched, match=f"certificate is not valid for '{NAME}'"):
        get_secured(site, authority.trusting)
    assert site.asked == []


def test_a_certificate_of_an_unknown_authority_is_not_taken(
    opened: Opened, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    site = opened(answer(), tls=authority.serving(NAME))
    with pytest.raises(NotFetched, match="certificate verify failed"):
        get_secured(site, fetching.trusted_authorities.__wrapped__)
    assert site.asked == []


# Redirects


def test_a_redirect_to_the_same_host_is_followed(opened: Opened, names: Names) -> None:
    def says(asked: str) -> Iterable[bytes]:
        return [answer(b"there") if asked.startswith("GET /b/c ") else redirect("/b/c")]

    site = opened(says)
    fetched = get(site, "/a")
    assert (fetched.url, fetched.body) == (f"http://{NAME}:{site.port}/b/c", b"there")
    assert names.asked == [NAME, NAME]


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("http://127.0.0.1:{port}/", "redirects to another host, 127.0.0.1"),
        ("http://www.shop.example:{port}/", "redirects to another host, www.shop.example"),
        ("//other.example:{port}/", "redirects to another host, other.example"),
        ("http://shop.example:{port}@127.0.0.1:{port}/", "contains a user name or a password"),
        ("http://shop.example:6379/", "names the port 6379"),
        ("http://2130706433:{port}/", "an IPv4 address has four decimal numbers"),
        ("http://shop.example.:{port}/", "ends with a dot"),
        ("file:///etc/passwd", "does not begin with https:// or http://"),
        ("http://[::1", "is not an address of the web"),
        ("http://xn--0.pt:6379/", "redirects to http://xn--0.pt, which names the port 6379"),
    ],
)
@pytest.mark.parametrize("secret", ["", "s3cret/me.ics?key=s3cret#s3cret"])
def test_a_redirect_to_elsewhere_is_refused(
    opened: Opened, names: Names, location: str, why: str, secret: str
) -> None:
    def says(_: str) -> Iterable[bytes]:
        return [redirect(location.format(port=site.port) + secret)]

    site = opened(says)
    names.say("127.0.0.1", "127.0.0.1")
    names.say("other.example", "127.0.0.1")
    with pytest.raises(AddressRefused) as refused:
        get(site)
    assert why in refused.value.detail
    assert "s3cret" not in refused.value.detail
    assert len(site.asked) == 1
    assert names.asked == [NAME]


def test_a_redirect_to_a_host_that_has_moved_inside_meanwhile_is_refused(
    opened: Opened, names: Names
) -> None:
    site = opened(redirect("/again"))
    names.say(NAME, "10.0.0.1")
    with pytest.raises(AddressRefused, match="which is not on the public internet"):
        get(site)
    assert len(site.asked) == 1


@pytest.mark.parametrize("status", ["301 M", "302 F", "303 S", "307 T", "308 P"])
def test_redirects_without_end_are_refused(opened: Opened, status: str) -> None:
    site = opened(redirect("/", status))
    with pytest.raises(AddressRefused, match="redirects more than 3 times"):
        get(site)
    assert len(site.asked) == 4


def test_a_redirect_from_https_to_http_is_refused(opened: Opened, authority: Authority) -> None:
    def says(_: str) -> Iterable[bytes]:
        return [redirect(f"http://{NAME}:{site.port}/")]

    site = opened(says, tls=authority.serving(NAME))
    with pytest.raises(AddressRefused, match="redirects from https to http"):
        get_secured(site, authority.trusting, schemes=HTTP_TOO)
    assert len(site.asked) == 1


def test_what_is_posted_is_not_redirected(opened: Opened) -> None:
    site = opened(redirect("/b", "307 Temporary Redirect"))
    with pytest.raises(AddressRefused, match="redirects what was to be posted"):
        get(site, content=b"news")
    assert len(site.asked) == 1


# Redirects to another host, where a caller allows one

OTHER = "other.example"
THERE = "https://other.example:{there}/b"


@dataclass
class TwoHosts:
    """What is fetched from ``NAME`` redirects to another host, both by https."""

    first: Site
    there: Site
    authority: Authority

    def get(self, **options: Any) -> Fetched:
        ports = frozenset([self.first.port, self.there.port])
        given: dict[str, Any] = {
            "limit_bytes": LIMIT,
            "deadline_s": 5.0,
            "policy": EgressPolicy(only_here, ports, self.authority.trusting),
            "other_hosts": 1,
        }
        url = f"https://{NAME}:{self.first.port}/me.ics?key=s3cret"
        return fetch(url, **given | options)


Redirecting = Callable[..., AbstractContextManager[TwoHosts]]


@pytest.fixture
def redirecting(authority: Authority, names: Names) -> Redirecting:
    """Opens both; ``location`` is where the first redirects to, ``says`` what the other answers."""

    @contextmanager
    def open_both(
        location: str = THERE, status: str = "302 Found", says: str = ""
    ) -> Iterator[TwoHosts]:
        def filled(template: str) -> str:
            return template.format(first=first.port, there=there.port)

        def at_first(_: str) -> Iterable[bytes]:
            return [redirect(filled(location), status)]

        def at_the_other(_: str) -> Iterable[bytes]:
            return [redirect(filled(says)) if says else answer(b"there")]

        names.say(NAME, "127.0.0.1")
        names.say(OTHER, "127.0.0.1")
        with (
            a_site(at_first, authority.serving(NAME)) as first,
            a_site(at_the_other, authority.serving(OTHER)) as there,
        ):
            yield TwoHosts(first, there, authority)

    return open_both


@pytest.mark.parametrize("status", ["301 M", "302 F", "303 S", "307 T", "308 P"])
def test_one_redirect_to_another_host_is_followed_where_that_is_allowed(
    redirecting: Redirecting, names: Names, status: str
) -> None:
    with redirecting(status=status) as hosts:
        fetched, site = hosts.get(), f"{OTHER}:{hosts.there.port}"
    assert (fetched.url, fetched.body) == (f"https://{site}/b", b"there")
    assert names.asked == [NAME, OTHER]
    [asked] = hosts.there.asked
    assert f"host: {site}\r\n" in asked
    assert "s3cret" not in asked
    assert len(hosts.first.asked) == 1


def test_headers_for_one_url_go_to_no_other(redirecting: Redirecting) -> None:
    mark = {"If-None-Match": '"1"'}
    with redirecting() as hosts:
        hosts.get(headers_for=lambda url: mark if url.endswith("/b") else {})
    assert "if-none-match" not in hosts.first.asked[0]
    assert 'if-none-match: "1"\r\n' in hosts.there.asked[0]


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("http://other.example:{there}/", "redirects from https to http"),
        ("https://me:s3cret@other.example:{there}/", "contains a user name or a password"),
        ("https://other.example:6379/", "names the port 6379"),
        ("https://inside.example:{there}/", "leads to inside.example, which is not on the public"),
        ("https://127.0.0.2:{there}/", "leads to 127.0.0.2, which is not on the public internet"),
    ],
)
def test_another_host_is_held_to_the_same_checks(
    redirecting: Redirecting, names: Names, location: str, why: str
) -> None:
    names.say("inside.example", "10.0.0.1")
    names.say("127.0.0.2", "127.0.0.2")
    with redirecting(location) as hosts, pytest.raises(AddressRefused) as refused:
        hosts.get(schemes=HTTP_TOO)
    [error] = refused.value.errors
    assert why in error.detail
    assert "s3cret" not in error.detail
    assert hosts.there.asked == []


def test_another_host_is_asked_by_https_though_http_is_allowed(
    opened: Opened, names: Names
) -> None:
    def says(_: str) -> Iterable[bytes]:
        return [redirect(f"http://{OTHER}:{site.port}/")]

    site = opened(says)
    names.say(OTHER, "127.0.0.1")
    with pytest.raises(AddressRefused, match=rf"to another host, {OTHER}, and not by https"):
        get(site, other_hosts=1)
    assert names.asked == [NAME]


def test_only_one_redirect_leads_to_another_host(redirecting: Redirecting) -> None:
    back = f"https://{NAME}:{{first}}/"
    with redirecting(says=back) as hosts:
        with pytest.raises(AddressRefused, match=f"redirects to another host, {NAME}"):
            hosts.get()
    assert (len(hosts.first.asked), len(hosts.there.asked)) == (1, 1)


def test_another_host_needs_a_certificate_of_its_own(
    redirecting: Redirecting, names: Names
) -> None:
    names.say("third.example", "127.0.0.1")
    with redirecting("https://third.example:{there}/") as hosts:
        with pytest.raises(NotFetched, match=r"certificate is not valid for 'third\.example'"):
            hosts.get()
    assert hosts.there.asked == []


def test_what_is_posted_is_redirected_to_no_other_host_either(redirecting: Redirecting) -> None:
    with redirecting(status="308 Permanent Redirect") as hosts:
        with pytest.raises(AddressRefused, match="redirects what was to be posted"):
            hosts.get(content=b"news")
    assert hosts.there.asked == []


# What is not there, or not HTTP


def test_a_name_that_nobody_knows_is_not_fetched(
    names: Names, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(NotFetched, match=f"{NAME}: Name or service not known"):
        fetch(f"https://{NAME}/", limit_bytes=1, deadline_s=5)
    assert "Traceback" not in capfd.readouterr().err


def test_where_nobody_listens_nothing_is_fetched(opened: Opened) -> None:
    site = opened(answer(), at=("127.0.0.2", 0))
    with pytest.raises(NotFetched, match="does not answer as it should"):
        get(site)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/2 200 OK\r\n\r\n",
        head(status="101 Switching Protocols"),
        head("Content-Length: -1"),
        head("Content-Length: 1", "Content-Length: 2"),
        head(f"Content-Length: {'9' * 5000}"),
        head("Transfer-Encoding: chunked") + b"x\r\n",
        head("Transfer-Encoding: chunked") + b"f" * 5000,
    ],
)
def test_what_is_not_http_is_not_fetched(opened: Opened, said: bytes) -> None:
    with pytest.raises(NotFetched, match="does not answer as it should"):
        get(opened(said))


@pytest.mark.parametrize(
    "says",
    [
        lambda asked: [asked.encode()],
        lambda _: [b"x" * 90_000 + b"\r\n\r\n"],
        lambda _: [head("Transfer-Encoding: chunked") + b"s3cret" * 100 + b"\r\n"],
    ],
    ids=["what it was asked", "much", "a broken chunk"],
)
def test_of_what_is_not_http_nothing_is_repeated(opened: Opened, says: Answer) -> None:
    with pytest.raises(NotFetched) as failed:
        get(opened(says), "/me.ics?key=s3cret")
    [error] = failed.value.errors
    assert "s3cret" not in error.detail
    assert len(error.detail) < 200


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary() | st.binary().map(head().__add__) | st.text("HTP/1. 023\r\n:a").map(str.encode))
def test_whatever_is_answered_is_taken_or_refused(names: Names, said: bytes) -> None:
    names.say(NAME, "127.0.0.1")
    with a_site(lambda _: [said]) as site, suppress(AddressRefused, NotFetched):
        assert get(site).status
