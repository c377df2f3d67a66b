"""Times with others, for whom their specialist cancelled or missed."""
