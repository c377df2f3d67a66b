"""Pages of a specialist's own profile: writing it, its preview, and its photo."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Annotated, Any
from uuid import UUID, uuid4

from marshmallow.validate import Length, OneOf, Range, Regexp

from chassis import context
from chassis.errors import EmailNotVerified, NotFound
from chassis.file_storage import StorageAway
from chassis.markdown import to_html
from chassis.preconditions import etag_of
from chassis.schemas import Normalised
from contracts.field_patterns import DECIMAL
from contracts.files import LARGEST_FILE, BadFile, File
from contracts.profiles.accounts import DisplayName, TooManyTries
from contracts.profiles.specialists import (
    Accessibility,
    Approaches,
    Biography,
    ChangeProfile,
    Countries,
    Fee,
    Headline,
    Languages,
    NoSuchCode,
    Photo,
    Practice,
    ProfileExists,
    ProfileIncomplete,
    Pronouns,
    Specialist,
    SpecialistStatus,
    Topics,
    WriteProfile,
    missing_to_list,
)
from gateway.api.base import Api
from gateway.api.photos import PICTURES
from gateway.pages.answers import SeeOther, Shown
from gateway.pages.declaration import Upload
from gateway.pages.form_values import fields_of
from gateway.pages.page import form, page
from gateway.pages.visitor import Visitor
from gateway.site.desk.desk import DESK, PROFILE, SPECIALISTS, or_none
from gateway.site.specialists.specialists import SpecialistShown

PREVIEW, PHOTO = f"{PROFILE}/preview", f"{PROFILE}/photo"
MOST_FEES = 10
CURRENCIES = (
    *("EUR", "CHF", "GBP", "USD"),
    *("BGN", "CZK", "DKK", "HUF", "ISK", "NOK", "PLN", "RON", "RSD", "SEK", "TRY", "UAH"),
    *("AUD", "BRL", "CAD", "ILS", "INR", "JPY", "NZD", "ZAR"),
)


def currencies() -> tuple[str, ...]:
    return CURRENCIES


def amount(text: str) -> str:
    """The amount as people write it, with a comma or a sign of its currency."""
    return text.strip(" \u00a0€$£").replace(",", ".")


@dataclass(frozen=True, kw_only=True)
class FeeRow:
    """The price of a later session; the row does not count without an amount."""

    amount: Annotated[
        str, Normalised(amount), Regexp(DECIMAL, error="Must be an amount, such as 95 or 95.50.")
    ] = ""
    currency: Annotated[str, OneOf(CURRENCIES)] = "EUR"
    minutes: Annotated[int, Range(5, 480)] = 50


@dataclass(frozen=True, kw_only=True)
class ProfileForm:
    """A profile as people write it."""

    display_name: DisplayName
    pronouns: Pronouns = ""
    headline: Headline = ""
    biography: Biography = ""
    topics: Topics = field(default_factory=list)
    approaches: Approaches = field(default_factory=list)
    languages: Languages = field(default_factory=list)
    countries: Countries = field(default_factory=list)
    in_person: bool = False
    practice: Practice = field(default_factory=Practice)
    online: bool = False
    fees: Annotated[list[FeeRow], Length(max=MOST_FEES)] = field(default_factory=list)
    accessibility: Accessibility = field(default_factory=list)

    def to_profile(self) -> WriteProfile:
        return WriteProfile(**self._written())

    def to_change(self) -> ChangeProfile:
        return ChangeProfile(**self._written())

    def preview(self, known: Specialist | None, id: UUID) -> Specialist:
        """The profile as it would be. ``known``: as it is."""
        return Specialist(
            **self._written(),
            id=id,
            slug="" if known is None else known.slug,
            status=SpecialistStatus.DRAFT if known is None else known.status,
            biography_html=to_html(self.biography),
            photo=None if known is None else known.photo,
            verified=known is not None and known.verified,
            featured=False,
            next_slot_at=None,
            next_slots=[],
        )

    def _written(self) -> dict[str, Any]:
        written = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            **written,
            "fees": [Fee(**vars(each)) for each in self.fees if each.amount],
        }


@dataclass(frozen=True, kw_only=True)
class OwnProfileShown:
    """``values``: of the form. ``version``: the ETag of what is stored; empty before the first
    time. ``missing``: what is needed before the profile can be listed."""

    values: dict[str, Any]
    version: str = ""
    photo: Photo | None = None
    missing: tuple[str, ...] = ()
    slug: str = ""
    id: UUID
    is_listed: bool = False


@dataclass(frozen=True, kw_only=True)
class PreviewShown(SpecialistShown):
    """``given``: the fields of a form that is not saved yet; empty for the stored profile. ``key``
    and ``version`` are those that the form is sent with."""

    given: tuple[tuple[str, str], ...] = ()
    key: str = ""
    version: str = ""


class OwnProfilePages(Api):
    @page(PROFILE, template="desk/profile.html", allow=SPECIALISTS)
    def my_profile_page(self, visitor: Visitor) -> OwnProfileShown:
        assert visitor.caller.account_id is not None
        wire = or_none(self.profiles.get_my_profile)
        if wire is None:
            return OwnProfileShown(values=_first_values(visitor), id=visitor.caller.account_id)
        profile = wire.load()
        return OwnProfileShown(
            values=wire.value,
            version=etag_of(Specialist, wire.value),
            photo=profile.photo,
            missing=tuple(missing_to_list(profile)),
            slug=profile.slug,
            id=profile.id,
            is_listed=profile.status is SpecialistStatus.LISTED,
        )

    @form(
        PROFILE,
        body=ProfileForm,
        again="my_profile_page",
        allow=SPECIALISTS,
        errors=[NotFound, ProfileExists, ProfileIncomplete, NoSuchCode, EmailNotVerified],
    )
    def save_my_profile(self, body: ProfileForm, visitor: Visitor) -> SeeOther:
        """Write the profile, or change it. The first time, the desk says what comes next."""
        if or_none(self.profiles.get_my_profile) is None:
            self.profiles.write_profile(profile=body.to_profile())
            return SeeOther(to=DESK, said="profile_saved")
        self.profiles.change_profile(change=body.to_change())
        return SeeOther(to=PROFILE, said="profile_saved")

    @page(PREVIEW, template="desk/preview.html", allow=SPECIALISTS)
    def my_preview_page(self, visitor: Visitor) -> PreviewShown | SeeOther:
        known = or_none(lambda: self.profiles.get_my_profile().load())
        if known is None:
            return SeeOther(to=PROFILE)
        return PreviewShown(specialist=known, back=PROFILE)

    @form(PREVIEW, body=ProfileForm, again="my_profile_page", allow=SPECIALISTS)
    def preview_my_profile(self, body: ProfileForm, visitor: Visitor) -> Shown:
        """The profile that is being written; nothing is saved."""
        assert visitor.caller.account_id is not None
        known = or_none(lambda: self.profiles.get_my_profile().load())
        shown = PreviewShown(
            specialist=body.preview(known, visitor.caller.account_id),
            back=PROFILE,
            given=tuple(fields_of(asdict(body))),
            key=uuid4().hex,
            version=context.current().if_match or "",
        )
        return Shown(view=shown, page="my_preview_page")

    @form(
        PHOTO,
        again="my_profile_page",
        upload=Upload("photo", PICTURES.types, LARGEST_FILE),
        allow=SPECIALISTS,
        errors=[EmailNotVerified, NotFound, TooManyTries, BadFile, StorageAway],
    )
    def show_my_photo(self, file: bytes | None, visitor: Visitor) -> SeeOther:
        if file is None:
            return SeeOther(to=PROFILE)
        self.profiles.set_photo(photo=File.of(file))
        return SeeOther(to=PROFILE, said="photo_saved")

    @form(f"{PHOTO}/removal", again="my_profile_page", allow=SPECIALISTS, errors=[NotFound])
    def take_my_photo_away(self, visitor: Visitor) -> SeeOther:
        self.profiles.remove_photo()
        return SeeOther(to=PROFILE, said="photo_removed")


def _first_values(visitor: Visitor) -> dict[str, Any]:
    """Of the form, before a profile is written."""
    countries = [visitor.country] if visitor.country else []
    return {
        "display_name": visitor.me.name,
        "languages": [str(visitor.language)],
        "countries": countries,
        "online": True,
    }
