"""Migrations of what cannot be rebuilt from the log: people, access, command outcomes."""
