"""The site's static files: names that follow their bytes, weights, and where they come from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files

import pytest

from gateway.site.look.assets import ASSETS, ICONS, SERVED, URL, asset, icon, read_assets

FOLDER = files("gateway.site").joinpath("assets")
KIB = 1024
MOST_BYTES = {
    "young-serif.woff2": 23 * KIB,
    "figtree.woff2": 17 * KIB,
    "young-serif-central.woff2": 6 * KIB,
    "young-serif-ext.woff2": 12 * KIB,
    "figtree-central.woff2": 5 * KIB,
    "figtree-ext.woff2": 10 * KIB,
    "site.css": 9 * KIB,
    "icons.svg": 3 * KIB,
}
"""As they go over the wire."""
SOURCES = {
    "a.woff2": b"letters",
    "a.css": b"/* loads */ p { src: url(a.woff2) } /* and\n more */ b { c: d }",
}


def weights() -> dict[str, int]:
    return {
        name: len(found.encoded.get("br", found.body))
        for name, found in ASSETS.items()
        if name in MOST_BYTES
    }


def too_heavy(weights: Mapping[str, int]) -> list[str]:
    return [name for name, most in MOST_BYTES.items() if weights[name] > most]


def sums() -> dict[str, str]:
    """Checksums by name, as ``make assets`` wrote them."""
    lines = FOLDER.joinpath("made.sha256").read_text().splitlines()
    return {name: digest for digest, name in (line.split() for line in lines)}


def changed(made: Mapping[str, bytes]) -> list[str]:
    """Files that are other than when they were made."""
    return [name for name, digest in sums().items() if sha256(made[name]).hexdigest() != digest]


def made_files() -> dict[str, bytes]:
    return {name: FOLDER.joinpath(name).read_bytes() for name in sums()}


def test_a_name_has_the_hash_of_its_bytes() -> None:
    found = read_assets(SOURCES)["a.woff2"]
    assert found.name == f"a.{sha256(b'letters').hexdigest()[:12]}.woff2"


def test_other_bytes_have_another_name() -> None:
    before, after = read_assets(SOURCES), read_assets({**SOURCES, "a.woff2": b"more letters"})
    assert before["a.woff2"].name != after["a.woff2"].name


def test_a_style_names_its_files_by_hash_and_so_changes_with_them() -> None:
    before, after = read_assets(SOURCES), read_assets({**SOURCES, "a.woff2": b"more letters"})
    assert before["a.css"].body == f"p{{src:url({before['a.woff2'].name})}}b{{c:d}}".encode()
    assert before["a.css"].name != after["a.css"].name


def test_a_style_that_names_an_absent_file_is_refused() -> None:
    with pytest.raises(KeyError, match="absent"):
        read_assets({"a.css": b"p { src: url(absent.woff2) }"})


def test_all_that_the_style_loads_is_served() -> None:
    loaded = URL.findall(ASSETS["site.css"].body.decode())
    assert len(loaded) == 6
    assert set(loaded) <= set(SERVED)


def test_templates_get_paths_and_an_error_for_an_absent_file() -> None:
    assert re.fullmatch(r"/assets/site\.[0-9a-f]{12}\.css", asset("site.css"))
    with pytest.raises(KeyError):
        asset("absent.css")


def test_an_icon_comes_from_the_sprite_and_an_unknown_one_is_an_error() -> None:
    assert f"{asset('icons.svg')}#bell" in icon("bell")
    assert 'aria-hidden="true"' in icon("bell")
    assert len(ICONS) >= 25
    with pytest.raises(KeyError):
        icon("absent")


def test_files_weigh_no_more_than_the_pages_allow() -> None:
    assert too_heavy(weights()) == []


@pytest.mark.parametrize("name", MOST_BYTES)
def test_a_kilobyte_over_would_be_noticed(name: str) -> None:
    assert too_heavy({**weights(), name: MOST_BYTES[name] + KIB}) == [name]


def test_fonts_icons_and_licences_are_as_they_were_made() -> None:
    assert changed(made_files()) == []


@pytest.mark.parametrize("name", sums())
def test_a_file_edited_by_hand_would_be_noticed(name: str) -> None:
    made = made_files()
    assert changed({**made, name: made[name] + b"\n"}) == [name]


def test_each_font_and_the_icons_are_made_and_have_a_licence_beside_them() -> None:
    made = set(sums())
    fonts = {each.name for each in FOLDER.iterdir() if each.name.endswith(".woff2")}
    assert fonts | {"icons.svg"} <= made
    works = {name.split(".")[0].removesuffix("-ext").removesuffix("-central") for name in made}
    assert {f"{work}.LICENSE" for work in works} <= made
