"""The search index of articles: a row for each topic, language and token of an article.

Terms are compared byte by byte, so that the beginning of a word is a range of the primary key.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, delete, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database.transaction import Transaction
from contracts.content import ArticleQuery
from contracts.inputs.words import Wanted, tokens_in, wanted_words
from contracts.vocabulary import TOPICS
from contracts.vocabulary_german import GERMAN
from services.content.articles import PUBLISHED, Article
from services.content.base import Base

TERM = Text().with_variant(Text(collation="C"), "postgresql")
WORD, TOPIC, LANGUAGE = "word", "topic", "language"
LAST = "\U0010ffff"


class ArticleTerm(Base):
    __tablename__ = "article_terms"

    term: Mapped[str] = mapped_column(TERM, primary_key=True)
    article_id: Mapped[UUID] = mapped_column(primary_key=True)


def index_article(tx: Transaction, article: Article, former: Collection[str] = ()) -> None:
    """Enter an article into the index, in place of the terms that it had."""
    terms = terms_of(article)
    gone = (ArticleTerm.article_id == article.id, ArticleTerm.term.in_({*former} - terms))
    tx.execute(delete(ArticleTerm).where(*gone))
    tx.add_all(ArticleTerm(term=each, article_id=article.id) for each in terms - {*former})


def terms_of(article: Any) -> set[str]:
    """The terms of an article, or of its row."""
    return set(_terms(article))


def _terms(article: Any) -> Iterator[str]:
    yield term(LANGUAGE, article.language)
    labels = []
    for key in article.topics:
        yield term(TOPIC, key)
        labels.append(f"{key} {TOPICS.get(key, '')} {GERMAN.get(key, '')}")
    for token in tokens_in("\n".join((article.title, article.summary, article.body, *labels))):
        yield term(WORD, token)


def term(kind: str, value: str) -> str:
    return f"{kind}:{value}"


def matching(query: ArticleQuery) -> Select[Article]:
    """The published articles that match a query. Raises ``BadWords``."""
    found = select(Article).where(PUBLISHED)
    for kind, values in ((TOPIC, query.topic), (LANGUAGE, query.language)):
        if values:
            terms = [term(kind, value) for value in values]
            found = found.where(_having(ArticleTerm.term.in_(terms)))
    for word in wanted_words(query.words or ""):
        found = found.where(or_(*_spellings(word)))
    return found


def _spellings(word: Wanted) -> Iterable[ColumnElement[bool]]:
    for tokens in word.spellings:
        yield and_(*(_having(_is(term(WORD, token), word.begins)) for token in tokens))


def _is(text: str, begins: bool) -> ColumnElement[bool]:
    if not begins:
        return ArticleTerm.term == text
    return and_(ArticleTerm.term >= text, ArticleTerm.term < text + LAST)


def _having(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return Article.id.in_(select(ArticleTerm.article_id).where(condition))
