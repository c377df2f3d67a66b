"""HTTP requests to URLs that users give, with limits and no way into private networks."""
