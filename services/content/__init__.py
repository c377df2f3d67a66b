"""The content service: articles."""
