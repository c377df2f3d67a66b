"""Styles, fonts, icons and drawings."""
