"""indexes of lists read in their order."""

from alembic import op

revision = "f6a797b6154b"
down_revision = "30e100224dde"


def upgrade() -> None:
    """Departments by name, for HR's list in that order; no statement reads completions by the moment of their
    certificate."""
    op.create_index("ix_department_name", "department", ["name", "id"])
    op.drop_index("ix_completion_certified", "completion")


def downgrade() -> None:
    """Take it back."""
    op.create_index("ix_completion_certified", "completion", ["certified_at", "person_id"])
    op.drop_index("ix_department_name", "department")
