"""Articles: events, resources and refusals of the content service."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from uuid import UUID

from annotated_doc import Doc
from marshmallow.validate import Length, OneOf, Range, Regexp

from chassis.errors import Conflict
from chassis.events import Audience, Event
from chassis.pagination import PageQuery
from chassis.schemas import Normalised
from contracts.field_patterns import ISO_639, KEBAB_CASE
from contracts.inputs.texts import NotBlank, OneLineOrNone, headline, one_line, running_text
from contracts.inputs.urls import web_address
from contracts.inputs.words import LONGEST_WORDS, MOST_WORDS
from contracts.vocabulary import TOPICS

PRODUCER = "content"
MOST_LANGUAGES = 20

Slug = Annotated[str, Length(max=100), Regexp(KEBAB_CASE)]


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


@dataclass(frozen=True, kw_only=True)
class ArticlePublished(Event, producer=PRODUCER, audience=Audience.PUBLIC):
    """An article was published."""

    article_id: UUID
    slug: str
    title: str
    summary: str
    topics: list[str]
    language: str


@dataclass(frozen=True, kw_only=True)
class PersonalDataErased(Event, producer=PRODUCER):
    """The content service has erased everything about an account."""

    account_id: UUID


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


@dataclass(frozen=True, kw_only=True)
class WriteArticle:
    """An article to publish; the body is Markdown."""

    slug: Slug
    title: Annotated[str, Normalised(headline), Length(1, 200), NotBlank]
    summary: Annotated[str, Normalised(running_text), Length(max=500)]
    body: Annotated[str, Normalised(running_text), Length(1, 20_000), Doc("Markdown.")]
    topics: Topics = field(default_factory=list)
    language: Language = "en"
    references: Annotated[list[Reference], Length(max=50)] = field(default_factory=list)


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
class ArticleSummary:
    """An article in a list."""

    id: UUID
    slug: str
    title: str
    summary: str
    topics: list[str]
    language: str
    published_at: datetime


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
    body: Annotated[str, Doc("Markdown.")]
    body_html: Annotated[str, Doc("The same as HTML, sanitised.")]
    references: list[Reference]


@dataclass(frozen=True, kw_only=True)
class ContentData:
    """The data about one account in the content service: none, since articles name no author."""


class SlugTaken(Conflict):
    """Another article has this slug already. Please choose another one."""

    code = "slug_taken"
