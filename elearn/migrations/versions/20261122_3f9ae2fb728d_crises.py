"""crises: declared, read by everybody, ended."""

from alembic import op
import sqlalchemy as sa
import elearn.db

revision = "3f9ae2fb728d"
down_revision = "f6a797b6154b"


def upgrade() -> None:
    """Bring it in."""

    op.create_table(
        "crisis",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("words_fr", sa.Text(), nullable=False),
        sa.Column("words_en", sa.Text(), nullable=False),
        sa.Column("declared_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("declared_by_id", sa.Integer(), nullable=False),
        sa.Column("ends_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("telling", sa.String(length=10), nullable=False),
        sa.Column("told_to", sa.Integer(), nullable=False),
        sa.CheckConstraint("telling IN ('', 'declared', 'ended')", name=op.f("ck_crisis_telling")),
        sa.CheckConstraint("words_fr <> '' OR words_en <> ''", name=op.f("ck_crisis_words")),
        sa.CheckConstraint("is_open = (ended_at IS NULL)", name=op.f("ck_crisis_open")),
        sa.ForeignKeyConstraint(["declared_by_id"], ["person.id"], name=op.f("fk_crisis_declared_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crisis")),
    )
    with op.batch_alter_table("crisis", schema=None) as batch_op:
        batch_op.create_index(
            "uq_crisis_open",
            ["is_open"],
            unique=True,
            sqlite_where=sa.text("is_open"),
            postgresql_where=sa.text("is_open"),
        )

    op.create_table(
        "crisis_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("crisis_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("words_fr", sa.Text(), nullable=False),
        sa.Column("words_en", sa.Text(), nullable=False),
        sa.Column("ends_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("act IN ('declared', 'changed', 'ended')", name=op.f("ck_crisis_act_act")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_crisis_act_by_id_person")),
        sa.ForeignKeyConstraint(["crisis_id"], ["crisis.id"], name=op.f("fk_crisis_act_crisis_id_crisis")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crisis_act")),
    )
    with op.batch_alter_table("crisis_act", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_crisis_act_crisis_id"), ["crisis_id"], unique=False)


def downgrade() -> None:
    """Take it back."""

    with op.batch_alter_table("crisis_act", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_crisis_act_crisis_id"))

    op.drop_table("crisis_act")
    with op.batch_alter_table("crisis", schema=None) as batch_op:
        batch_op.drop_index("uq_crisis_open", sqlite_where=sa.text("is_open"), postgresql_where=sa.text("is_open"))

    op.drop_table("crisis")
