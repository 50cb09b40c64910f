"""the log by who did it."""

from alembic import op

revision = 'af3a0fca2489'
down_revision = 'f3eb46559ffa'


def upgrade() -> None:
    """Bring it in."""
    op.create_index('ix_person_event_by', 'person_event', ['by_id', 'id'])


def downgrade() -> None:
    """Take it back."""
    op.drop_index('ix_person_event_by', table_name='person_event')
