"""How long content keeps what; the reasons: ``docs/operating.md``."""

from chassis.maintenance.pruning import Kept

SCHEDULE = (Kept("articles"), Kept("article_terms"))
