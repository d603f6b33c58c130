"""The log: events and outcomes made durable, on SQLite and on PostgreSQL."""
