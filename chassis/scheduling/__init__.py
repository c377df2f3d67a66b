"""Work on a schedule, on one instance of a service; loops that isolate failing items."""
