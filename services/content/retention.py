"""How long content keeps what; the reasons: ``docs/operating.md``."""

from chassis.maintenance.pruning import Retained

SCHEDULE = (Retained("articles"), Retained("article_terms"))
