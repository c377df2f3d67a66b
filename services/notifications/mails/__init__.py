"""The queue of mails, their delivery, and the links in them."""
