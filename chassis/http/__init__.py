"""HTTP/1.1 server: strict parsing, limits on size, time and number, health checks."""
