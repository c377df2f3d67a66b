"""Pages that find and show specialists."""
