"""Licences to practise: submission, review and expiry."""
