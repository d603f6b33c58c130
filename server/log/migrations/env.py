"""Run by Alembic; the connection comes from server/log/database.py."""

from alembic import context

from server.log.beside import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
