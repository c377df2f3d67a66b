"""Texts of the site that its operator may replace: imprint, privacy, terms and others.

Each is Markdown that begins with its title. Where the operator's folder has none, it is the sample
that comes with Firststep, in which the site's name takes the place of ours. ``use`` reads them
once, before requests are served.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

from chassis.settings import BadSettings, Settings, variable
from contracts.profiles.preferences import Language
from gateway.site.operator.folder import Logo, OperatorFolder

SAMPLES = files("gateway.site").joinpath("texts")
LEGAL = ("imprint", "privacy", "terms", "health-data-consent")
"""Texts that an operator has to write: no sample can name the operator, or know the law there."""
VERSIONS = {"terms": "terms_version", "health-data-consent": "health_data_version"}
"""Texts that are agreed to at sign-up, and the setting with the version in force."""
OUR_NAME = "Firststep"


@dataclass(frozen=True)
class OperatorText:
    """``text``: Markdown, from ``# Title`` on; ``is_sample``: the operator has not replaced it."""

    text: str
    is_sample: bool

    def says_version(self, version: str) -> bool:
        return re.search(rf"\bVersion {re.escape(version)}(?!\.?[\w-])", self.text) is not None


Texts = Mapping[tuple[str, Language], OperatorText]


@dataclass(frozen=True)
class OperatorTexts:
    """All texts by name and language, and the operator's logo."""

    texts: Texts
    logo: Logo | None = None

    @classmethod
    def of(cls, settings: Settings) -> OperatorTexts:
        """Raises ``BadSettings`` with each file that is wrong."""
        folder = OperatorFolder(settings.site_folder)
        samples = _samples(settings.site_name)
        own = {
            (name, language): OperatorText(text, is_sample=False)
            for name, language, text in folder.texts(sorted({name for name, _ in samples}))
        }
        found = cls({**samples, **own}, folder.logo())
        problems = folder.problems or list(found.wrong_versions(settings))
        if problems:
            raise BadSettings("\n".join(problems))
        return found

    def wrong_versions(self, settings: Settings) -> Iterator[str]:
        """Texts that say another version than the one that people agree to at sign-up."""
        for (name, language), text in self.texts.items():
            setting = VERSIONS.get(name, "")
            version = getattr(settings, setting, "")
            if version and not text.says_version(version):
                which = "the sample" if text.is_sample else "the text"
                yield f"{variable(setting)}: {which} {name}.{language}.md is not Version {version}"

    def legal_samples(self) -> list[str]:
        """The names of legal texts that the operator has not replaced."""
        return [name for name in LEGAL if self.texts[name, Language.EN].is_sample]


def _samples(site_name: str) -> dict[tuple[str, Language], OperatorText]:
    found = {}
    for language in Language:
        for file in SAMPLES.joinpath(language).iterdir():
            if file.name.endswith(".md"):
                text = file.read_text("utf-8").replace(OUR_NAME, site_name)
                found[file.name.removesuffix(".md"), language] = OperatorText(text, is_sample=True)
    return found


class _InUse:
    """The texts of this process: the samples, where ``use`` was not called."""

    @cached_property
    def texts(self) -> OperatorTexts:
        return OperatorTexts(_samples(OUR_NAME))


_in_use = _InUse()


def use(texts: OperatorTexts) -> None:
    """Use these texts in this process, in place of the samples."""
    _in_use.texts = texts


def operator_text(name: str, language: Language) -> OperatorText:
    """The text with this name, such as ``imprint``. An unknown name raises ``KeyError``."""
    return _in_use.texts.texts[name, language]


def logo() -> Logo | None:
    """The operator's logo; without one, the site shows its own."""
    return _in_use.texts.logo
