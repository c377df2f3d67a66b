"""Specialists: public profiles, photos, slugs and history."""
