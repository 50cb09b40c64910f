"""Figures of use are sums the worker adds to; attempts that met a voided item are recounted by the worker."""

import sqlalchemy as sa
from alembic import op

from elearn.db import UtcDateTime

revision = "f3eb46559ffa"
down_revision = "3f9ae2fb728d"

UNUSED = sa.text("used_at IS NULL")
COUNTS = ("recounted_to", "raised", "passed", "faults")


def upgrade() -> None:
    """The worker adds every attempt that stands; what was voided before was recounted at once."""
    op.create_table(
        "item_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quiz", sa.String(length=40), nullable=False),
        sa.Column("item", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Double(), nullable=False) for name in ("c", "cc", "s", "ss", "cs")),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.Column("taken", sa.JSON(), nullable=False),
        sa.Column("times", sa.JSON(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_use")),
        sa.UniqueConstraint("quiz", "item", "digest", name=op.f("uq_item_use_quiz_item_digest")),
    )
    op.create_table(
        "quiz_use",
        sa.Column("quiz", sa.String(length=40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.Column("times", sa.JSON(), nullable=False),
        sa.Column("counted_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("quiz", name=op.f("pk_quiz_use")),
    )
    op.add_column("attempt", sa.Column("used_at", UtcDateTime(timezone=True), nullable=True))
    op.create_index("ix_attempt_unused", "attempt", ["closed_at"], sqlite_where=UNUSED, postgresql_where=UNUSED)
    op.create_index("ix_attempt_status_deadline_at", "attempt", ["status", "deadline_at"])
    op.create_index("ix_check_response_first", "check_response", ["course", "lesson", "item", "first_right"])
    op.drop_index("ix_response_item", "response")
    op.add_column("item_void", sa.Column("recount_at", UtcDateTime(timezone=True), nullable=True))
    for name in COUNTS:
        op.add_column("item_void", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    recounted = "SELECT count(*) FROM attempt_recount WHERE void_id = item_void.id"
    op.execute(
        f"UPDATE item_void SET raised = ({recounted}), passed = ({recounted} AND passed_after AND NOT passed_before)"
    )


def downgrade() -> None:
    """Figures are read from responses again. Recounts that were under way stay where they are."""
    for name in (*COUNTS, "recount_at"):
        op.drop_column("item_void", name)
    op.create_index("ix_response_item", "response", ["item"])
    op.drop_index("ix_check_response_first", "check_response")
    op.drop_index("ix_attempt_status_deadline_at", "attempt")
    op.drop_index("ix_attempt_unused", "attempt")
    op.drop_column("attempt", "used_at")
    op.drop_table("quiz_use")
    op.drop_table("item_use")
