"""HTTP requests to URLs that users give, with limits and no access to private networks."""
