"""Attendance: both sides say whether a consultation took place, and a clock closes the rest."""
