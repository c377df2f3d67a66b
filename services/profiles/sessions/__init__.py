"""Having signed in: sessions, their tokens, and the keys that sign them."""
