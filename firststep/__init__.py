"""The command, and the only place that knows everybody."""
