"""Notices: the messages that users read on the site."""
