"""Retention of content: every table is kept. The reasons: ``docs/operating.md``."""

from chassis.maintenance.pruning import Retained

SCHEDULE = (Retained("articles"), Retained("article_slugs"), Retained("article_terms"))
