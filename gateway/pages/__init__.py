"""Mechanism of the pages: declaration, forms, cookies, rendering. The pages are in ``site``."""
