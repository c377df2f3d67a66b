"""Which addresses are public, and how they may be written."""

from __future__ import annotations

from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.fetch.url_policy import LONGEST, AddressRefused, is_public, parsed, shown

PORTS = (80, 443)

NOT_PUBLIC = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.9",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "64:ff9b:1::8.8.8.8",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]

PUBLIC = ["1.1.1.1", "8.8.8.8", "172.15.255.255", "172.32.0.1", "192.0.1.1", "223.255.255.255"]
PUBLIC_IPV6 = ["2001:200::1", "2001:4860:4860::8888", "2606:4700::1111", "2a00:1450:4001::1"]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_addresses_of_networks_of_ones_own_and_special_ones_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC + PUBLIC_IPV6)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@given(st.ip_addresses())
def test_whatever_python_calls_not_global_is_not_public(address: IPv4Address | IPv6Address) -> None:
    assert address.is_global or not is_public(address)


@given(st.ip_addresses(v=4))
def test_no_ipv4_address_is_taken_within_an_ipv6_one(inner: IPv4Address) -> None:
    number = int(inner)
    compatible, mapped = IPv6Address(number), IPv6Address(0xFFFF << 32 | number)
    nat64 = IPv6Address(int(IPv6Address("64:ff9b::")) | number)
    local_nat64 = IPv6Address(int(IPv6Address("64:ff9b:1::")) | number)
    six_to_four = IPv6Address(0x2002 << 112 | number << 80)
    teredo = IPv6Address(0x20010000 << 96 | number ^ 0xFFFFFFFF)
    embedded = [compatible, mapped, nat64, local_nat64, six_to_four, teredo]
    assert not any(is_public(each) for each in embedded)


REFUSED = [
    ("", "does not begin with https://"),
    ("shop.example", "does not begin with https://"),
    ("//shop.example/", "does not begin with https://"),
    (" https://shop.example/", "does not begin with https://"),
    ("http://shop.example/", "does not begin with https://"),
    ("file:///etc/passwd", "does not begin with https://"),
    ("gopher://shop.example:443/_x", "does not begin with https://"),
    ("https://user@shop.example/", "contains a user name or a password"),
    ("https://:password@shop.example/", "contains a user name or a password"),
    ("https://shop.example\\@127.0.0.1/", "contains a user name or a password"),
    ("https://a@shop.example@127.0.0.1/", "contains a user name or a password"),
    ("https://shop.example:22/", "names the port 22; allowed are 80 and 443"),
    ("https://shop.example:0/", "names the port 0"),
    ("https://shop.example:65536/", "names the port 65536"),
    ("https://shop.example:x/", "is not an address of the web"),
    ("https://shop.example:443:22/", "is not an address of the web"),
    ("https:///path", "names no host"),
    ("https://", "names no host"),
    ("https:shop.example", "names no host"),
    ("https://:443/", "names no host"),
    ("https://shop.example./", "names the host shop.example., which ends with a dot"),
    ("https://127.0.0.1./", "names the host 127.0.0.1., which ends with a dot"),
    ("https://./", "ends with a dot"),
    ("https://shop..example/", "which is not a name of the internet"),
    ("https://.shop.example/", "which is not a name of the internet"),
    ("https://-shop.example/", "which is not a name of the internet"),
    (f"https://{'a' * 64}.example/", "which is not a name of the internet"),
    (f"https://{'a.' * 127}example/", "which is not a name of the internet"),
    ("https://shop.example\\.evil/", "which is not a name of the internet"),
    ("https://shop%2eexample/", "which is not a name of the internet"),
    ("https://%31%32%37.0.0.1/", "an IPv4 address has four decimal numbers"),
    ("https://shop example/", "which is not a name of the internet"),
    ("https://sh\top.example/", "is not an address of the web"),
    ("https://shop.example/\r\nHost: evil", "is not an address of the web"),
    ("https://shop.example/\ud800", "is not an address of the web"),
    ("https://☃☃☃.example/", "is not an address of the web"),
    ("https://ⓛocalhost/", "is not an address of the web"),
    ("https://１２７.0.0.1/", "is not an address of the web"),
    ("https://127.1/", "names the host 127.1: an IPv4 address has four decimal numbers"),
    ("https://127.0.1/", "an IPv4 address has four decimal numbers"),
    ("https://2130706433/", "an IPv4 address has four decimal numbers"),
    ("https://0x7f000001/", "an IPv4 address has four decimal numbers"),
    ("https://0X7F.0.0.1/", "an IPv4 address has four decimal numbers"),
    ("https://0x7f.0x0.0x0.0x1/", "an IPv4 address has four decimal numbers"),
    ("https://0x7f.1/", "an IPv4 address has four decimal numbers"),
    ("https://0x/", "an IPv4 address has four decimal numbers"),
    ("https://017700000001/", "an IPv4 address has four decimal numbers"),
    ("https://0177.0.0.1/", "is not an address of the web"),
    ("https://127.0.0.256/", "is not an address of the web"),
    ("https://1.2.3.4.5/", "an IPv4 address has four decimal numbers"),
    ("https://shop.example.1/", "an IPv4 address has four decimal numbers"),
    ("https://[::1", "is not an address of the web"),
    ("https://[127.0.0.1]/", "is not an address of the web"),
    ("https://[shop.example]/", "is not an address of the web"),
    ("https://::1/", "is not an address of the web"),
    ("https://[fe80::1%25eth0]/", "which only this machine knows"),
    (f"https://shop.example/{'a' * LONGEST}", "is longer than 2000 characters"),
]


@pytest.mark.parametrize(("url", "why"), REFUSED)
def test_what_is_not_a_plain_address_of_the_web_is_refused_and_says_why(url: str, why: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        parsed(url, ("https",), PORTS)
    assert why in refused.value.detail


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://shop.example", b"shop.example"),
        ("HTTPS://Shop.Example:443/a?b=c#d", b"shop.example"),
        ("https://my_shop.example/", b"my_shop.example"),
        ("https://bücher.example/ä?ö=ü", b"xn--bcher-kva.example"),
        ("https://xn--bcher-kva.example/", b"xn--bcher-kva.example"),
        ("https://3com.example/", b"3com.example"),
        ("https://8.8.8.8/", b"8.8.8.8"),
        ("https://127。0。0。1/", b"127.0.0.1"),
        ("https://[2606:4700::1111]:443/", b"2606:4700::1111"),
        ("https://shop.example/@somebody", b"shop.example"),
    ],
)
def test_plain_addresses_are_taken_and_names_are_turned_into_ascii(url: str, host: bytes) -> None:
    assert parsed(url, ("https",), PORTS).raw_host == host


def test_http_is_taken_where_it_is_allowed() -> None:
    assert parsed("http://shop.example/", ("https", "http"), PORTS).scheme == "http"
    with pytest.raises(AddressRefused, match="does not begin with https:// or http://"):
        parsed("ftp://shop.example/", ("https", "http"), PORTS)


@given(st.text() | st.text("[]:@./\\%#?x0127 a").map("https://{}".format))
def test_whatever_is_sent_is_taken_or_refused(url: str) -> None:
    with suppress(AddressRefused):
        assert isinstance(parsed(url, ("https",), PORTS), httpx.URL)


def test_an_address_is_shown_shortened_and_without_its_password() -> None:
    assert shown("https://me:secret@shop.example/@x") == "https://…@shop.example/@x"
    assert len(shown(f"https://shop.example/{'a' * 1000}")) == 200
