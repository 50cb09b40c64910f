"""choices of notices by kind."""

from alembic import op
import sqlalchemy as sa

revision = "84c19a7fc64d"
down_revision = "7b210034e3ab"

OPTIONAL = (
    "application_waiting",
    "campaign_digest",
    "campaign_team",
    "contest_waiting",
    "credential_issued",
    "hearing_answered",
    "item_contested",
    "question_waiting",
    "renewal_waiting",
)
"""The kinds that could be turned off when there was one choice for all of them."""


def upgrade() -> None:
    """One choice for all becomes the same choice for each; the daily digest was, and is, what stands without a row."""
    op.execute("CREATE TABLE notice_choice_before AS SELECT person_id, mode FROM notice_choice")
    op.drop_table("notice_choice")
    make_table(sa.Column("kind", sa.String(length=60), nullable=False))
    for kind in OPTIONAL:
        op.execute(
            sa.text(
                "INSERT INTO notice_choice (person_id, kind, mode) "
                "SELECT person_id, :kind, mode FROM notice_choice_before WHERE mode <> 'digest'"
            ).bindparams(kind=kind)
        )
    op.drop_table("notice_choice_before")


def downgrade() -> None:
    """The same choice for every kind becomes the one choice again; choices that differ go back to the digest."""
    op.execute("CREATE TABLE notice_choice_after AS SELECT person_id, mode FROM notice_choice")
    op.drop_table("notice_choice")
    make_table()
    op.execute(
        "INSERT INTO notice_choice (person_id, mode) SELECT person_id, min(mode) FROM notice_choice_after "
        "GROUP BY person_id HAVING min(mode) = max(mode)"
    )
    op.drop_table("notice_choice_after")


def make_table(*kind: sa.Column) -> None:
    """The table, with or without the kind in its key."""
    op.create_table(
        "notice_choice",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        *kind,
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.CheckConstraint("mode IN ('at_once', 'digest', 'app')", name=op.f("ck_notice_choice_mode")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_choice_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", *(column.name for column in kind), name=op.f("pk_notice_choice")),
    )
