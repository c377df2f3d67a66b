"""Texts of the site: an operator's own, or else the samples, and what is refused at start."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from chassis.settings import BadSettings, Settings, read_settings
from contracts.profiles.preferences import Language
from firststep.platform import process_for, workers_for
from gateway.site.operator import texts as operator_texts
from gateway.site.operator.folder import LARGEST_FILE, PNG
from gateway.site.operator.texts import LEGAL, SAMPLES, OperatorTexts, operator_text

EN, DE = Language.EN, Language.DE
IMPRINT = {
    "imprint.en.md": "# Imprint\n\nHalf Hour Ltd, see [help](/help-now).",
    "imprint.de.md": "# Impressum\n\nHalbe Stunde GmbH",
}
SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>'


@pytest.fixture(autouse=True)
def _samples_again() -> Iterator[None]:
    yield
    operator_texts.use(OperatorTexts.of(read_settings()))


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Those of an operator whose folder is ``tmp_path``."""
    for name in [each for each in os.environ if each.startswith("FIRSTSTEP_")]:
        monkeypatch.delenv(name)
    return replace(read_settings(), site_folder=str(tmp_path))


def put(folder: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (folder / name).write_text(content)


def refusal(settings: Settings) -> list[str]:
    with pytest.raises(BadSettings) as error:
        OperatorTexts.of(settings)
    return str(error.value).split("\n")


# Samples


def test_every_sample_is_there_in_both_languages_and_begins_with_its_title() -> None:
    files = {each: {file.name for file in SAMPLES.joinpath(each).iterdir()} for each in Language}
    assert files[EN] == files[DE]
    names = {file.removesuffix(".md") for file in files[EN] if file.endswith(".md")}
    assert set(LEGAL) <= names
    for name in names:
        for language in Language:
            text = operator_text(name, language)
            assert text.is_sample
            assert text.text.startswith("# ")


def test_the_sites_name_takes_the_place_of_ours_in_samples(settings: Settings) -> None:
    found = OperatorTexts.of(replace(settings, site_name="Halbe Stunde"))
    for text in found.texts.values():
        assert "Firststep" not in text.text
    assert "Halbe Stunde" in found.texts["terms", DE].text


def test_an_unknown_name_is_no_text() -> None:
    with pytest.raises(KeyError):
        operator_text("nonsense", EN)


# An operator's own


def test_a_text_of_the_operator_takes_the_place_of_the_sample(
    settings: Settings, tmp_path: Path
) -> None:
    put(tmp_path, IMPRINT)
    operator_texts.use(OperatorTexts.of(settings))
    own = operator_text("imprint", EN)
    assert (own.text, own.is_sample) == (IMPRINT["imprint.en.md"], False)
    assert operator_text("imprint", DE).text == IMPRINT["imprint.de.md"]
    assert operator_text("privacy", EN).is_sample
    assert operator_texts.logo() is None


def test_our_name_stays_in_a_text_of_the_operator(settings: Settings, tmp_path: Path) -> None:
    put(tmp_path, {file: f"{text} runs Firststep." for file, text in IMPRINT.items()})
    found = OperatorTexts.of(replace(settings, site_name="Halbe Stunde"))
    assert found.texts["imprint", EN].text.endswith("runs Firststep.")


@pytest.mark.parametrize(
    ("file", "content", "media_type"),
    [("logo.svg", SVG.encode(), "image/svg+xml"), ("logo.png", PNG + b"...", "image/png")],
)
def test_a_logo_is_taken_with_its_media_type(
    settings: Settings, tmp_path: Path, file: str, content: bytes, media_type: str
) -> None:
    (tmp_path / file).write_bytes(content)
    logo = OperatorTexts.of(settings).logo
    assert logo is not None
    assert (logo.content, logo.media_type) == (content, media_type)


def test_hidden_files_are_left_out(settings: Settings, tmp_path: Path) -> None:
    put(tmp_path, {".notes": "mine"})
    (tmp_path / ".git").mkdir()
    assert OperatorTexts.of(settings).logo is None


# What is refused


@pytest.mark.parametrize(
    ("files", "file", "problem"),
    [
        ({"imprint.en.md": "# A\n\nb"}, "imprint.de.md", "is missing: each text is in both"),
        ({"impirnt.en.md": "# A\n\nb"}, "impirnt.en.md", "is no text of the site and no logo"),
        ({"imprint.fr.md": "# A\n\nb"}, "imprint.fr.md", "is no text of the site and no logo"),
        ({"imprint.md": "# A\n\nb"}, "imprint.md", "is no text of the site and no logo"),
        ({**IMPRINT, "imprint.en.md": "A\n\nb"}, "imprint.en.md", "does not begin with a title"),
        ({**IMPRINT, "imprint.en.md": "# A\n \n"}, "imprint.en.md", "does not begin with a title"),
        ({**IMPRINT, "imprint.en.md": ""}, "imprint.en.md", "does not begin with a title"),
        ({"logo.png": SVG}, "logo.png", "is no PNG file"),
        ({"logo.svg": "a picture"}, "logo.svg", "is no SVG file"),
        ({"logo.svg": "x" * LARGEST_FILE + SVG}, "logo.svg", "is larger than 200 KB"),
    ],
)
def test_a_wrong_file_is_refused_by_its_name(
    settings: Settings, tmp_path: Path, files: dict[str, str], file: str, problem: str
) -> None:
    put(tmp_path, files)
    said = refusal(settings)[0]
    assert said.startswith(f"FIRSTSTEP_SITE_FOLDER: {tmp_path / file}: {problem}")


def test_two_logos_are_one_too_many(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text(SVG)
    (tmp_path / "logo.png").write_bytes(PNG)
    [said] = refusal(settings)
    assert "logo.png: is there beside logo.svg" in said


def test_a_text_that_is_not_utf8_is_refused(settings: Settings, tmp_path: Path) -> None:
    put(tmp_path, IMPRINT)
    (tmp_path / "imprint.de.md").write_bytes("# Impressum\n\nStraße".encode("latin-1"))
    assert refusal(settings) == [
        f"FIRSTSTEP_SITE_FOLDER: {tmp_path / 'imprint.de.md'}: is not UTF-8"
    ]


def test_a_folder_inside_is_refused(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    assert any(str(tmp_path / "texts") in each for each in refusal(settings))


def test_a_folder_that_is_not_there_is_refused(settings: Settings, tmp_path: Path) -> None:
    nowhere = replace(settings, site_folder=str(tmp_path / "nowhere"))
    assert refusal(nowhere) == [
        f"FIRSTSTEP_SITE_FOLDER: {tmp_path / 'nowhere'}: No such file or directory"
    ]


def test_all_that_is_wrong_is_said_at_once(settings: Settings, tmp_path: Path) -> None:
    put(tmp_path, {"imprint.en.md": "no title", "notes.txt": "mine"})
    assert len(refusal(settings)) == 3


# Versions that are agreed to


def test_the_samples_say_the_versions_in_force_by_default(settings: Settings) -> None:
    assert not list(OperatorTexts.of(settings).wrong_versions(settings))


@pytest.mark.parametrize("in_force", ["2", "1.5", "1-beta", "11"])
def test_a_text_that_says_another_version_than_is_agreed_to_is_refused(
    settings: Settings, in_force: str
) -> None:
    said = refusal(replace(settings, terms_version=in_force))
    assert said == [
        f"FIRSTSTEP_TERMS_VERSION: the sample terms.{each}.md is not Version {in_force}"
        for each in Language
    ]


def test_a_text_says_its_version_anywhere(settings: Settings, tmp_path: Path) -> None:
    text = "# Terms\n\nThese rules (Version 2027-01-01) are ours."
    put(tmp_path, {"terms.en.md": text, "terms.de.md": text})
    assert OperatorTexts.of(replace(settings, terms_version="2027-01-01"))
    said = refusal(replace(settings, terms_version="2027-01-02"))
    assert "the text terms.en.md is not Version 2027-01-02" in said[0]


# At start


def test_the_log_names_the_legal_texts_that_are_samples(settings: Settings, tmp_path: Path) -> None:
    put(tmp_path, IMPRINT)
    with capture_logs() as logged:
        process_for([], settings)
    [warning] = [each for each in logged if each["event"] == "legal_texts_are_samples"]
    assert warning["texts"] == ["privacy", "terms", "health-data-consent"]
    assert not operator_text("imprint", EN).is_sample


def test_the_log_is_silent_where_all_legal_texts_are_the_operators(
    settings: Settings, tmp_path: Path
) -> None:
    text = "# A title\n\nVersion 1"
    put(tmp_path, {f"{name}.{each}.md": text for name in LEGAL for each in Language})
    with capture_logs() as logged:
        process_for([], settings)
    assert "legal_texts_are_samples" not in str(logged)


def test_a_process_without_the_gateway_needs_no_folder(settings: Settings, tmp_path: Path) -> None:
    put(tmp_path, {"notes.txt": "mine"})
    apart = replace(settings, broker="amqp://127.0.0.1", database="sqlite:///{service}.db")
    process_for(["booking"], apart)
    for start in (process_for, lambda names, found: workers_for(names, found, 2)):
        with pytest.raises(BadSettings, match=r"notes\.txt"):
            start(["gateway"], apart)
