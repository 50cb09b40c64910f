"""Alembic's environment: the application's own engine and tables, on SQLite as on PostgreSQL."""

from alembic import context

from elearn.db import db


def run() -> None:
    """Run in one transaction: a migration that fails leaves the schema as it was."""
    with db.engine.connect().execution_options(immediate=True) as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
