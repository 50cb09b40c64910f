"""files of people are read by the worker."""

from alembic import op
import sqlalchemy as sa

revision = "30e100224dde"
down_revision = "84c19a7fc64d"

BEFORE = ("checked", "waiting", "running", "done", "dropped", "failed")
AFTER = ("choosing", "reading", *BEFORE)

OLD = ("id", "job_id", "line", "person_id", "change", "email", "employee_number")


def upgrade() -> None:
    """Lines are kept with their department and manager in columns of their own."""
    rows = take_rows()
    set_statuses(AFTER)
    with op.batch_alter_table("import_job") as batch:
        batch.add_column(sa.Column("sheet", sa.String(length=200), nullable=True))
    with op.batch_alter_table("import_row") as batch:
        batch.add_column(sa.Column("external_id", sa.String(length=200), nullable=True))
        batch.add_column(sa.Column("department", sa.Text(), nullable=True))
        batch.add_column(sa.Column("manager", sa.String(length=254), nullable=True))
        batch.add_column(sa.Column("faults", sa.JSON(), nullable=False))
        batch.create_index("ix_import_row_change", ["job_id", "change", "id"], unique=False)
        batch.create_index(batch.f("ix_import_row_external_id"), ["external_id"], unique=False)
    for row in rows:
        row["faults"], row["external_id"] = [], row["values"].get("external_id")
        row["department"] = " › ".join(row["values"].pop("department", None) or ()) or None
        row["manager"] = row["values"].pop("manager", None)
    put_rows(rows, sa.column("external_id"), sa.column("department"), sa.column("manager"), sa.column("faults", sa.JSON))


def downgrade() -> None:
    """What is not decided yet is dropped; lines without fault go back to what they were."""
    op.execute("UPDATE import_job SET status = 'dropped' WHERE status IN ('choosing', 'reading')")
    op.execute(
        "DELETE FROM import_row WHERE change IN ('faulty', 'unchanged', 'gone', 'invited') "
        "OR job_id IN (SELECT id FROM import_job WHERE status = 'dropped')"
    )
    rows = take_rows(sa.column("department"), sa.column("manager"))
    with op.batch_alter_table("import_row") as batch:
        batch.drop_index(batch.f("ix_import_row_external_id"))
        batch.drop_index("ix_import_row_change")
        for name in ("faults", "manager", "department", "external_id"):
            batch.drop_column(name)
    with op.batch_alter_table("import_job") as batch:
        batch.drop_column("sheet")
    set_statuses(BEFORE)
    for row in rows:
        department, manager = row.pop("department"), row.pop("manager")
        row["values"] |= {"department": department.split(" › ")} if department else {}
        row["values"] |= {"manager": manager} if manager else {}
    put_rows(rows)


def set_statuses(statuses) -> None:
    """Say which states a job may be in. SQLite makes the table anew, and forgets its checks in doing so."""
    known = ", ".join(f"'{each}'" for each in statuses)
    with op.batch_alter_table("import_job", recreate="auto") as batch:
        if op.get_bind().dialect.name == "postgresql":
            batch.drop_constraint(op.f("ck_import_job_status"), type_="check")
        batch.create_check_constraint(op.f("ck_import_job_status"), f"status IN ({known})")


def table(*more):
    return sa.table("import_row", *(sa.column(name) for name in OLD), sa.column("values", sa.JSON), *more)


def take_rows(*more) -> list[dict]:
    """The lines that wait, out of the way of a table that is made anew."""
    rows = [dict(row) for row in op.get_bind().execute(sa.select(table(*more))).mappings()]
    op.execute("DELETE FROM import_row")
    return rows


def put_rows(rows: list[dict], *more) -> None:
    if rows:
        op.get_bind().execute(sa.insert(table(*more)), rows)
