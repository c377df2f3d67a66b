"""When specialists offer consultations: hours, limits, and the calendar of both."""
