"""Articles: events, resources and refusals of the content service."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from annotated_doc import Doc
from marshmallow.validate import Length, OneOf, Range, Regexp

from chassis.errors import Conflict, Gone, Invalid
from chassis.events import Audience, Event, Version
from chassis.pagination import PageQuery
from chassis.schemas import Normalised
from contracts.field_patterns import ISO_639, KEBAB_CASE
from contracts.inputs.texts import NotBlank, OneLineOrNone, headline, one_line, running_text
from contracts.inputs.urls import web_address
from contracts.inputs.words import LONGEST_WORDS, MOST_WORDS
from contracts.vocabulary import TOPICS

PRODUCER = "content"
MOST_LANGUAGES = 20


class ArticleStatus(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


Slug = Annotated[str, Length(max=100), Regexp(KEBAB_CASE)]
Title = Annotated[str, Normalised(headline), Length(1, 200), NotBlank]
Summary = Annotated[str, Normalised(running_text), Length(max=500)]
Body = Annotated[str, Normalised(running_text), Length(1, 20_000), Doc("Markdown.")]
BodyHtml = Annotated[str, Doc("The same as HTML, sanitised.")]
FormerSlugs = Annotated[list[str], Doc("Slugs under which it was published before.")]
ChangedAt = Annotated[datetime, Doc("When its text, title or another field last changed.")]
PublishedAt = Annotated[datetime | None, Doc("When it was last published, if ever.")]
PublishAt = Annotated[datetime | None, Doc("When it will be published, if it is scheduled.")]


Topics = Annotated[
    list[
        Annotated[
            str, OneOf(TOPICS, error="There is no such topic. Please see /api/v1/vocabulary.")
        ]
    ],
    Length(max=20),
    Doc("Keys of topics in the vocabulary: the same as specialists'."),
]


Language = Annotated[
    str, Regexp(ISO_639, error="Must be an ISO 639 code, such as 'en'."), Doc("ISO 639.")
]


# Events


@dataclass(frozen=True, kw_only=True)
class ArticlePublished(Event, producer=PRODUCER, audience=Audience.PUBLIC):
    """An article was published, for the first time or again."""

    article_id: UUID
    version: Version
    slug: str
    former_slugs: FormerSlugs
    title: str
    summary: str
    topics: list[str]
    language: str


@dataclass(frozen=True, kw_only=True)
class ArticleChanged(Event, producer=PRODUCER, audience=Audience.PUBLIC):
    """A published article changed: its slug, its text or another field."""

    article_id: UUID
    version: Version
    slug: str
    former_slugs: FormerSlugs
    title: str
    summary: str
    topics: list[str]
    language: str


@dataclass(frozen=True, kw_only=True)
class ArticleWithdrawn(Event, producer=PRODUCER, audience=Audience.PUBLIC):
    """An article is not public any more."""

    article_id: UUID
    version: Version
    slug: str
    former_slugs: FormerSlugs


@dataclass(frozen=True, kw_only=True)
class PersonalDataErased(Event, producer=PRODUCER):
    """The content service has erased everything about an account."""

    account_id: UUID


# Requests and resources


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A source that an article cites."""

    title: Annotated[str, Normalised(headline), Length(1, 300), NotBlank]
    authors: Annotated[str, Normalised(one_line), Length(max=300), OneLineOrNone] = ""
    year: Annotated[int | None, Range(1800, 2200)] = None
    source: Annotated[
        str,
        Normalised(one_line),
        Length(max=200),
        OneLineOrNone,
        Doc("The journal or publisher."),
    ] = ""
    url: Annotated[str | None, Normalised(web_address)] = None


References = Annotated[list[Reference], Length(max=50)]


@dataclass(frozen=True, kw_only=True)
class WriteArticle:
    """A new article; the body is Markdown."""

    slug: Slug
    title: Title
    summary: Summary
    body: Body
    topics: Topics = field(default_factory=list)
    language: Language = "en"
    references: References = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class ChangeArticle:
    """Changes of an article. Fields that are left out stay."""

    slug: Annotated[
        Slug | None, Doc("A new slug. The former one keeps leading to the article.")
    ] = None
    title: Title | None = None
    summary: Summary | None = None
    body: Body | None = None
    topics: Topics | None = None
    language: Language | None = None
    references: References | None = None


@dataclass(frozen=True, kw_only=True)
class PublishArticle:
    """When to publish an article."""

    publish_at: Annotated[
        datetime | None, Doc("A later time at which to publish it; without it, at once.")
    ] = None


@dataclass(frozen=True, kw_only=True)
class WithdrawArticle:
    """Why an article is withdrawn."""

    reason: Annotated[
        str,
        Normalised(one_line),
        Length(max=200),
        OneLineOrNone,
        Doc("Readers who come to the article's address see it."),
    ] = ""


@dataclass(frozen=True, kw_only=True)
class RenderText:
    """A text to be shown as an article would show it."""

    body: Body


@dataclass(frozen=True, kw_only=True)
class RenderedText:
    """A text as an article shows it."""

    body_html: BodyHtml


@dataclass(frozen=True, kw_only=True)
class ArticleQuery(PageQuery):
    """A filter for articles. An article must match every filter, by any of its values."""

    words: Annotated[
        str | None,
        Length(max=LONGEST_WORDS),
        Doc(
            f"All of these words, at most {MOST_WORDS}, must occur in title, summary, topics or "
            "body. They match as in the search for specialists."
        ),
    ] = None
    topic: Annotated[Topics, Doc("Any of these topics.")] = field(default_factory=list)
    language: Annotated[
        list[Language], Length(max=MOST_LANGUAGES), Doc("Any of these languages: ISO 639.")
    ] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class ManuscriptQuery(PageQuery):
    """A filter for articles of every status."""

    status: Annotated[
        list[ArticleStatus],
        Length(max=len(ArticleStatus)),
        Doc("Statuses, separated by commas or repeated. Default: all."),
    ] = field(default_factory=list)
    language: Annotated[
        list[Language], Length(max=MOST_LANGUAGES), Doc("Any of these languages: ISO 639.")
    ] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class ArticleSummary:
    """An article in a list."""

    id: UUID
    slug: str
    title: str
    summary: str
    topics: list[str]
    language: str
    published_at: datetime
    changed_at: ChangedAt


@dataclass(frozen=True, kw_only=True)
class Article:
    """An article with all of its text."""

    id: UUID
    slug: str
    title: str
    summary: str
    topics: list[str]
    language: str
    published_at: datetime
    changed_at: ChangedAt
    body: Annotated[str, Doc("Markdown.")]
    body_html: BodyHtml
    references: list[Reference]


@dataclass(frozen=True, kw_only=True)
class ManuscriptSummary:
    """An article of any status, in the list of editors."""

    id: UUID
    slug: str
    status: ArticleStatus
    title: str
    summary: str
    topics: list[str]
    language: str
    changed_at: ChangedAt
    published_at: PublishedAt
    publish_at: PublishAt


@dataclass(frozen=True, kw_only=True)
class Manuscript:
    """An article of any status, as editors see it."""

    derived: ClassVar[frozenset[str]] = frozenset(
        {
            "status",
            "former_slugs",
            "body_html",
            "changed_at",
            "published_at",
            "publish_at",
            "withdrawn_at",
            "withdrawal_reason",
        }
    )
    """Fields that no change of the text sets. A change of them makes no write stale."""

    id: UUID
    slug: str
    former_slugs: FormerSlugs
    status: ArticleStatus
    title: str
    summary: str
    topics: list[str]
    language: str
    body: Annotated[str, Doc("Markdown.")]
    body_html: BodyHtml
    references: list[Reference]
    changed_at: ChangedAt
    published_at: PublishedAt
    publish_at: PublishAt
    withdrawn_at: Annotated[datetime | None, Doc("Since when it is withdrawn, if it is.")]
    withdrawal_reason: Annotated[str, Doc("What readers see at its address while withdrawn.")]


@dataclass(frozen=True, kw_only=True)
class ContentData:
    """The data about one account in the content service: none, since articles name no author."""


# Refusals


class SlugTaken(Conflict):
    """Another article has or had this slug. Please choose another one."""

    code = "slug_taken"


class AlreadyPublished(Conflict):
    """This article is published already. Withdraw it before you schedule it again."""

    code = "already_published"


class BadPublicationTime(Invalid):
    """An article can only be scheduled for a time that lies ahead. Please see `errors`."""

    code = "bad_publication_time"


class ArticleGone(Gone):
    """This article was withdrawn. Please look for another one."""

    code = "article_gone"
    member_texts = ("reason",)
    reason: str = ""
    """Why its editors withdrew it; may be empty."""

    @classmethod
    def because(cls, reason: str) -> Self:
        """The refusal with this reason."""
        refusal = cls()
        refusal.reason = reason
        return refusal

    def members(self) -> dict[str, Any]:
        return {"reason": self.reason} if self.reason else {}

    def more_on_wire(self) -> dict[str, Any]:
        return self.members()

    def take_from_wire(self, wire: dict[str, Any]) -> None:
        self.reason = str(wire.get("reason", ""))
