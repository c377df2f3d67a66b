"""Tests of the pages, through the gateway."""
