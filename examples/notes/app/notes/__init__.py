"""A small notes service on PostgreSQL: an HTTP server, a worker, and a migration."""
