"""Consents: what people agreed to at sign-up."""
