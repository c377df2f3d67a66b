"""Pages of text, and what browsers and search engines keep of the site."""
