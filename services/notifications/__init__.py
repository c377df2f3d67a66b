"""The notifications service: notices and mails to users."""
