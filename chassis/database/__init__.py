"""A service's database: PostgreSQL or SQLite, transactions, tables and migrations."""
