"""the first schema."""

from alembic import op
import sqlalchemy as sa
import elearn.db
from elearn.db import protect_rows

revision = "7b210034e3ab"
down_revision = None


def upgrade() -> None:
    """Bring it in."""
    op.create_table(
        "department",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "length(path) - length(replace(path, '/' || id || '/', '')) <= length('/' || id || '/')",
            name=op.f("ck_department_not_own_ancestor"),
        ),
        sa.CheckConstraint("parent_id IS NULL OR parent_id <> id", name=op.f("ck_department_not_own_parent")),
        sa.ForeignKeyConstraint(["parent_id"], ["department.id"], name=op.f("fk_department_parent_id_department")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department")),
        sa.UniqueConstraint("parent_id", "name", name=op.f("uq_department_parent_id_name")),
    )
    with op.batch_alter_table("department", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_department_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_department_path"), ["path"], unique=False)
        batch_op.create_index(
            "uq_department_root",
            ["name"],
            unique=True,
            sqlite_where=sa.text("parent_id IS NULL"),
            postgresql_where=sa.text("parent_id IS NULL"),
        )

    op.create_table(
        "import_job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("phase", sa.String(length=12), nullable=False),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=True),
        sa.Column("claimed_until", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("queue", sa.String(length=10), nullable=False),
        sa.Column("created_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("finished_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('checked', 'waiting', 'running', 'done', 'dropped', 'failed')",
            name=op.f("ck_import_job_status"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_job")),
    )
    with op.batch_alter_table("import_job", schema=None) as batch_op:
        batch_op.create_index("ix_import_job_status", ["status", "id"], unique=False)
        batch_op.create_index(
            "uq_import_job_at_work",
            ["queue"],
            unique=True,
            sqlite_where=sa.text("status IN ('waiting', 'running')"),
            postgresql_where=sa.text("status IN ('waiting', 'running')"),
        )

    op.create_table(
        "network",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network")),
        sa.UniqueConstraint("slug", name=op.f("uq_network_slug")),
    )
    op.create_table(
        "person_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_event")),
    )
    with op.batch_alter_table("person_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_event_act"), ["act"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_event_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_event_person_id"), ["person_id"], unique=False)

    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_hash", sa.String(length=64), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("failed_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failure")),
    )
    with op.batch_alter_table("sign_in_failure", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_failure_account", ["account_hash", "failed_at"], unique=False)
        batch_op.create_index("ix_sign_in_failure_address", ["address_hash", "failed_at"], unique=False)
        batch_op.create_index("ix_sign_in_failure_when", ["failed_at"], unique=False)

    op.create_table(
        "site_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_site_state_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_state")),
    )
    op.create_table(
        "topic",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic")),
        sa.UniqueConstraint("slug", name=op.f("uq_topic_slug")),
    )
    op.create_table(
        "volunteering_snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("ambassadors", sa.Integer(), nullable=True),
        sa.Column("drawn_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "ambassadors IS NULL OR ambassadors BETWEEN 5 AND people - 5",
            name=op.f("ck_volunteering_snapshot_five_on_either_side"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteering_snapshot")),
        sa.UniqueConstraint("month", "department_id", name=op.f("uq_volunteering_snapshot_month_department_id")),
    )
    op.create_table(
        "import_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("change", sa.String(length=12), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("employee_number", sa.String(length=64), nullable=True),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["import_job.id"], name=op.f("fk_import_row_job_id_import_job")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_row")),
    )
    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_row_email"), ["email"], unique=False)
        batch_op.create_index(batch_op.f("ix_import_row_employee_number"), ["employee_number"], unique=False)
        batch_op.create_index("ix_import_row_job", ["job_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_import_row_person_id"), ["person_id"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=36), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("employee_number", sa.String(length=64), nullable=True),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("given_name", sa.String(length=300), nullable=False),
        sa.Column("family_name", sa.String(length=300), nullable=False),
        sa.Column("certificate_name", sa.String(length=600), nullable=True),
        sa.Column("search_name", sa.String(length=700), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("site", sa.String(length=200), nullable=False),
        sa.Column("job_title", sa.String(length=200), nullable=False),
        sa.Column("arrived_on", sa.Date(), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("password_changed_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("theme", sa.String(length=10), nullable=False),
        sa.Column("text_size", sa.Integer(), nullable=False),
        sa.Column("text_spacing", sa.Integer(), nullable=False),
        sa.Column("extra_time_percent", sa.Integer(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("closed_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("erased_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("theme IN ('auto', 'light', 'dark')", name=op.f("ck_person_theme")),
        sa.CheckConstraint("extra_time_percent BETWEEN 0 AND 300", name=op.f("ck_person_extra_time")),
        sa.CheckConstraint("text_size BETWEEN 1 AND 3", name=op.f("ck_person_text_size")),
        sa.CheckConstraint("text_spacing BETWEEN 1 AND 2", name=op.f("ck_person_text_spacing")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_person_department_id_department")),
        sa.ForeignKeyConstraint(["manager_id"], ["person.id"], name=op.f("fk_person_manager_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
        sa.UniqueConstraint("employee_number", name=op.f("uq_person_employee_number")),
        sa.UniqueConstraint("external_id", name=op.f("uq_person_external_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_person_public_id")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(
            "ix_person_active",
            ["id", "department_id", "site", "arrived_on"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL AND erased_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL AND erased_at IS NULL"),
        )
        batch_op.create_index(
            "ix_person_active_site",
            ["site"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL AND erased_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL AND erased_at IS NULL"),
        )
        batch_op.create_index("ix_person_department_list", ["department_id", "search_name", "id"], unique=False)
        batch_op.create_index("ix_person_list", ["search_name", "id"], unique=False)
        batch_op.create_index("ix_person_manager_list", ["manager_id", "search_name", "id"], unique=False)

    op.create_table(
        "person_event_words",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["person_event.id"], name=op.f("fk_person_event_words_event_id_person_event")
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_person_event_words")),
    )
    with op.batch_alter_table("person_event_words", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_event_words_person_id"), ["person_id"], unique=False)

    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("referent_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("declared_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("deputy_id <> referent_id", name=op.f("ck_absence_deputy")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_absence_dates")),
        sa.ForeignKeyConstraint(["deputy_id"], ["person.id"], name=op.f("fk_absence_deputy_id_person")),
        sa.ForeignKeyConstraint(["referent_id"], ["person.id"], name=op.f("fk_absence_referent_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.create_index("ix_absence_referent", ["referent_id", "ends_on"], unique=False)

    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.Column("place", sa.String(length=500), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=True),
        sa.Column("raised_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=True),
        sa.Column("taken_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_alert_closed")),
        sa.CheckConstraint("level IS NULL OR level IN ('noise', 'tension', 'crisis')", name=op.f("ck_alert_level")),
        sa.CheckConstraint("status = 'new' OR taken_by_id IS NOT NULL", name=op.f("ck_alert_taken")),
        sa.CheckConstraint("status IN ('new', 'taken', 'closed')", name=op.f("ck_alert_status")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_alert_person_id_person")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["person.id"], name=op.f("fk_alert_taken_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("person_id", "token", name=op.f("uq_alert_person_id_token")),
    )
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.create_index("ix_alert_list", ["status", "id"], unique=False)
        batch_op.create_index("ix_alert_own", ["person_id", "id"], unique=False)

    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("population", sa.JSON(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("deadline_on", sa.Date(), nullable=False),
        sa.Column("to_managers", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("launched_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status = 'draft' OR launched_at IS NOT NULL OR status = 'stopped'", name=op.f("ck_campaign_launched")
        ),
        sa.CheckConstraint("status IN ('draft', 'running', 'finished', 'stopped')", name=op.f("ck_campaign_status")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_campaign_created_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
    )
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.create_index("ix_campaign_status", ["status", "deadline_on"], unique=False)

    op.create_table(
        "check_response",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course", sa.String(length=60), nullable=False),
        sa.Column("lesson", sa.String(length=60), nullable=False),
        sa.Column("item", sa.String(length=60), nullable=False),
        sa.Column("first_right", sa.Boolean(), nullable=False),
        sa.Column("latest", sa.JSON(), nullable=False),
        sa.Column("responded_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_check_response_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_response")),
        sa.UniqueConstraint(
            "person_id", "course", "lesson", "item", name=op.f("uq_check_response_person_id_course_lesson_item")
        ),
    )
    op.create_table(
        "completion",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.SmallInteger(), nullable=False),
        sa.Column("charter", sa.SmallInteger(), nullable=False),
        sa.Column("security", sa.SmallInteger(), nullable=False),
        sa.Column("path_done_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("charter_done_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("security_done_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("certified_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint("(certified_at IS NULL) = (valid_until IS NULL)", name=op.f("ck_completion_certificate")),
        sa.CheckConstraint(
            "charter BETWEEN 0 AND 2 AND (charter = 2) = (charter_done_at IS NOT NULL)",
            name=op.f("ck_completion_charter"),
        ),
        sa.CheckConstraint(
            "path BETWEEN 0 AND 2 AND (path = 2) = (path_done_at IS NOT NULL)", name=op.f("ck_completion_path")
        ),
        sa.CheckConstraint(
            "security BETWEEN 0 AND 2 AND (security = 2) = (security_done_at IS NOT NULL)",
            name=op.f("ck_completion_security"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_completion_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_completion")),
    )
    with op.batch_alter_table("completion", schema=None) as batch_op:
        batch_op.create_index("ix_completion_certified", ["certified_at", "person_id"], unique=False)
        batch_op.create_index("ix_completion_valid", ["valid_until", "person_id"], unique=False)

    op.create_table(
        "edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("files", sa.JSON(), nullable=True),
        sa.Column("article_digests", sa.JSON(), nullable=True),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("published_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["published_by_id"], ["person.id"], name=op.f("fk_edition_published_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition")),
        sa.UniqueConstraint("document", "number", name=op.f("uq_edition_document_number")),
    )
    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.create_index(
            "uq_edition_current",
            ["document"],
            unique=True,
            sqlite_where=sa.text("is_current"),
            postgresql_where=sa.text("is_current"),
        )

    op.create_table(
        "enrolment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course", sa.String(length=60), nullable=False),
        sa.Column("chosen_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_enrolment_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint("person_id", "course", name=op.f("uq_enrolment_person_id_course")),
    )
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.create_index(
            "uq_enrolment_current",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("is_current"),
            postgresql_where=sa.text("is_current"),
        )

    op.create_table(
        "fulfilment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("requirement", sa.String(length=40), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("fulfilled_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_fulfilment_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fulfilment")),
        sa.UniqueConstraint(
            "person_id", "requirement", "cycle", name=op.f("uq_fulfilment_person_id_requirement_cycle")
        ),
    )
    with op.batch_alter_table("fulfilment", schema=None) as batch_op:
        batch_op.create_index("ix_fulfilment_requirement_when", ["requirement", "fulfilled_at"], unique=False)

    op.create_table(
        "item_void",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quiz", sa.String(length=40), nullable=False),
        sa.Column("item", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("voided_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("voided_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["voided_by_id"], ["person.id"], name=op.f("fk_item_void_voided_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_void")),
        sa.UniqueConstraint("quiz", "item", "digest", name=op.f("uq_item_void_quiz_item_digest")),
    )
    op.create_table(
        "known_device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("seen_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_known_device_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_device")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_known_device_token_hash")),
    )
    with op.batch_alter_table("known_device", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_known_device_person_id"), ["person_id"], unique=False)

    op.create_table(
        "lesson_visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course", sa.String(length=60), nullable=False),
        sa.Column("lesson", sa.String(length=60), nullable=False),
        sa.Column("first_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_lesson_visit_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_visit")),
        sa.UniqueConstraint("person_id", "course", "lesson", name=op.f("uq_lesson_visit_person_id_course_lesson")),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("ids", sa.JSON(), nullable=False),
        sa.Column("once_key", sa.String(length=200), nullable=True),
        sa.Column("by_email", sa.Boolean(), nullable=False),
        sa.Column("in_app", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=500), nullable=True),
        sa.Column("created_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("read_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'digest', 'sent', 'kept', 'given_up', 'none')", name=op.f("ck_message_status")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_message_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("once_key", name=op.f("uq_message_once_key")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index("ix_message_due", ["status", "next_try_at"], unique=False)
        batch_op.create_index("ix_message_person", ["person_id", "id"], unique=False)
        batch_op.create_index(
            "ix_message_unread",
            ["person_id"],
            unique=False,
            sqlite_where=sa.text("read_at IS NULL AND in_app"),
            postgresql_where=sa.text("read_at IS NULL AND in_app"),
        )

    op.create_table(
        "notice_choice",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.CheckConstraint("mode IN ('at_once', 'digest', 'app')", name=op.f("ck_notice_choice_mode")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_choice_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notice_choice")),
    )
    op.create_table(
        "password_reset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("asked_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_password_reset_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_reset")),
        sa.UniqueConstraint("code", name=op.f("uq_password_reset_code")),
    )
    with op.batch_alter_table("password_reset", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_password_reset_person_id"), ["person_id"], unique=False)

    op.create_table(
        "perimeter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("referent_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(department_id IS NULL) <> (topic_id IS NULL)", name=op.f("ck_perimeter_subject")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_perimeter_department_id_department")
        ),
        sa.ForeignKeyConstraint(["referent_id"], ["person.id"], name=op.f("fk_perimeter_referent_id_person")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_perimeter_topic_id_topic")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_perimeter")),
        sa.UniqueConstraint("referent_id", "department_id", name=op.f("uq_perimeter_referent_id_department_id")),
        sa.UniqueConstraint("referent_id", "topic_id", name=op.f("uq_perimeter_referent_id_topic_id")),
    )
    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("page", sa.String(length=300), nullable=False),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("asked_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("moved_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('open', 'answered', 'closed')", name=op.f("ck_question_status")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_question_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("person_id", "token", name=op.f("uq_question_person_id_token")),
    )
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.create_index("ix_question_moved", ["status", "moved_at", "id"], unique=False)
        batch_op.create_index("ix_question_own", ["person_id", "id"], unique=False)
        batch_op.create_index("ix_question_queue", ["status", "due_on", "id"], unique=False)

    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_recovery_code_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("person_id", "code_hash", name=op.f("uq_recovery_code_person_id_code_hash")),
    )
    op.create_table(
        "role_assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("given_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "role IN ('admin', 'author', 'hr', 'manager', 'referent')", name=op.f("ck_role_assignment_role")
        ),
        sa.ForeignKeyConstraint(["given_by_id"], ["person.id"], name=op.f("fk_role_assignment_given_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_role_assignment_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_assignment")),
        sa.UniqueConstraint("person_id", "role", name=op.f("uq_role_assignment_person_id_role")),
    )
    with op.batch_alter_table("role_assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_assignment_role"), ["role"], unique=False)
        batch_op.create_index(
            "uq_role_assignment_exclusive",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("role IN ('hr', 'referent')"),
            postgresql_where=sa.text("role IN ('hr', 'referent')"),
        )

    op.create_table(
        "second_factor",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("begun_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_second_factor_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "user_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.Column("created_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_seen_on", sa.Date(), nullable=False),
        sa.Column("expires_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_user_session_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_session_token_hash")),
    )
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_session_person_id"), ["person_id"], unique=False)

    op.create_table(
        "alert_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("act IN ('taken', 'advised', 'closed')", name=op.f("ck_alert_act_act")),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_act_alert_id_alert")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_alert_act_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_act")),
    )
    with op.batch_alter_table("alert_act", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_act_alert_id"), ["alert_id"], unique=False)

    op.create_table(
        "alert_capture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("expires_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("erased_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "media_type IN ('image/png', 'image/jpeg', 'image/webp')", name=op.f("ck_alert_capture_media_type")
        ),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_capture_alert_id_alert")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_capture")),
        sa.UniqueConstraint("name", name=op.f("uq_alert_capture_name")),
    )
    with op.batch_alter_table("alert_capture", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_capture_alert_id"), ["alert_id"], unique=False)
        batch_op.create_index("ix_alert_capture_expiry", ["erased_at", "expires_at"], unique=False)

    op.create_table(
        "alert_told",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_told_alert_id_alert")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_alert_told_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_told")),
        sa.UniqueConstraint("alert_id", "person_id", name=op.f("uq_alert_told_alert_id_person_id")),
    )
    with op.batch_alter_table("alert_told", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_told_person_id"), ["person_id"], unique=False)

    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("quiz", sa.String(length=40), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("started_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("deadline_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("max_score", sa.Integer(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.CheckConstraint("(status = 'open') = (passed IS NULL)", name=op.f("ck_attempt_graded_when_closed")),
        sa.CheckConstraint("status IN ('open', 'submitted', 'timed_out')", name=op.f("ck_attempt_status")),
        sa.CheckConstraint("score IS NULL OR (score >= 0 AND score <= max_score)", name=op.f("ck_attempt_score")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_attempt_edition_id_edition")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attempt_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint(
            "person_id", "quiz", "cycle", "number", name=op.f("uq_attempt_person_id_quiz_cycle_number")
        ),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index(
            "uq_attempt_open",
            ["person_id", "quiz"],
            unique=True,
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        )

    op.create_table(
        "campaign_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("phase", sa.String(length=10), nullable=False),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("written", sa.Integer(), nullable=False),
        sa.Column("done_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "phase IN ('people', 'managers', 'hr', 'done', 'skipped')", name=op.f("ck_campaign_step_phase")
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_step_campaign_id_campaign")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_step")),
        sa.UniqueConstraint("campaign_id", "offset", name=op.f("uq_campaign_step_campaign_id_offset")),
    )
    with op.batch_alter_table("campaign_step", schema=None) as batch_op:
        batch_op.create_index("ix_campaign_step_due", ["phase", "due_on"], unique=False)

    op.create_table(
        "charter_signature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("signed_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_charter_signature_edition_id_edition")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_charter_signature_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charter_signature")),
        sa.UniqueConstraint("person_id", "edition_id", name=op.f("uq_charter_signature_person_id_edition_id")),
    )
    op.create_table(
        "credential",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("award", sa.String(length=40), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("award_edition_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("issued_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("revoked_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("revoked_reason", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(
            ["award_edition_id"], ["edition.id"], name=op.f("fk_credential_award_edition_id_edition")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_credential_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
        sa.UniqueConstraint("person_id", "award", "cycle", name=op.f("uq_credential_person_id_award_cycle")),
        sa.UniqueConstraint("public_id", name=op.f("uq_credential_public_id")),
    )
    with op.batch_alter_table("credential", schema=None) as batch_op:
        batch_op.create_index("ix_credential_when", ["award", "issued_at"], unique=False)

    op.create_table(
        "lesson_completion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course", sa.String(length=60), nullable=False),
        sa.Column("lesson", sa.String(length=60), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(length=10), nullable=False),
        sa.Column("completed_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("how IN ('read', 'shown')", name=op.f("ck_lesson_completion_how")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_lesson_completion_edition_id_edition")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_lesson_completion_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_completion")),
        sa.UniqueConstraint("person_id", "course", "lesson", name=op.f("uq_lesson_completion_person_id_course_lesson")),
    )
    op.create_table(
        "public_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.Column("published_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("published_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("language IN ('fr', 'en')", name=op.f("ck_public_answer_language")),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["person.id"], name=op.f("fk_public_answer_published_by_id_person")
        ),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_public_answer_question_id_question")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_answer")),
        sa.UniqueConstraint("question_id", name=op.f("uq_public_answer_question_id")),
    )
    with op.batch_alter_table("public_answer", schema=None) as batch_op:
        batch_op.create_index("ix_public_answer_list", ["is_shown", "published_at", "id"], unique=False)

    op.create_table(
        "question_post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("is_answer", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("posted_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_question_post_by_id_person")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_question_post_question_id_question")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_post")),
    )
    with op.batch_alter_table("question_post", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_post_question_id"), ["question_id"], unique=False)

    op.create_table(
        "application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("brief", sa.String(length=60), nullable=False),
        sa.Column("briefs_edition_id", sa.Integer(), nullable=False),
        sa.Column("network", sa.String(length=40), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("picture", sa.Text(), nullable=False),
        sa.Column("networks", sa.JSON(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("created_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('draft', 'granted', 'refused', 'submitted', 'to_rework', 'withdrawn')",
            name=op.f("ck_application_status"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('submitted', 'to_rework') OR submitted_at IS NOT NULL",
            name=op.f("ck_application_submitted"),
        ),
        sa.ForeignKeyConstraint(
            ["briefs_edition_id"], ["edition.id"], name=op.f("fk_application_briefs_edition_id_edition")
        ),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["credential.id"], name=op.f("fk_application_credential_id_credential")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_application_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
    )
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_application_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_application_queue", ["status", "submitted_at", "id"], unique=False)
        batch_op.create_index(
            "uq_application_open",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("status IN ('draft', 'submitted', 'to_rework')"),
            postgresql_where=sa.text("status IN ('draft', 'submitted', 'to_rework')"),
        )

    op.create_table(
        "attempt_recount",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("void_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("score_before", sa.Double(), nullable=False),
        sa.Column("score_after", sa.Double(), nullable=False),
        sa.Column("passed_before", sa.Boolean(), nullable=False),
        sa.Column("passed_after", sa.Boolean(), nullable=False),
        sa.Column("counted_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("passed_after OR NOT passed_before", name=op.f("ck_attempt_recount_never_fails")),
        sa.CheckConstraint("score_after >= score_before", name=op.f("ck_attempt_recount_only_helps")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_attempt_recount_attempt_id_attempt")),
        sa.ForeignKeyConstraint(["void_id"], ["item_void.id"], name=op.f("fk_attempt_recount_void_id_item_void")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt_recount")),
        sa.UniqueConstraint("void_id", "attempt_id", name=op.f("uq_attempt_recount_void_id_attempt_id")),
    )
    with op.batch_alter_table("attempt_recount", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempt_recount_attempt_id"), ["attempt_id"], unique=False)

    op.create_table(
        "item_contest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("quiz", sa.String(length=40), nullable=False),
        sa.Column("item", sa.String(length=60), nullable=False),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("made_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("answer", sa.String(length=2000), nullable=False),
        sa.Column("answered_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(status = 'open') = (answered_at IS NULL)", name=op.f("ck_item_contest_answered")),
        sa.CheckConstraint("status IN ('open', 'upheld', 'voided')", name=op.f("ck_item_contest_status")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_item_contest_answered_by_id_person")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_item_contest_attempt_id_attempt")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_item_contest_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_contest")),
        sa.UniqueConstraint("attempt_id", "item", name=op.f("uq_item_contest_attempt_id_item")),
    )
    with op.batch_alter_table("item_contest", schema=None) as batch_op:
        batch_op.create_index("ix_item_contest_item", ["quiz", "item", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_item_contest_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_item_contest_status", ["status", "id"], unique=False)

    op.create_table(
        "response",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=60), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("saved_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("credit", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_response_attempt_id_attempt")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
        sa.UniqueConstraint("attempt_id", "item", name=op.f("uq_response_attempt_id_item")),
    )
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.create_index("ix_response_item", ["item"], unique=False)

    op.create_table(
        "mandate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.Integer(), nullable=False),
        sa.Column("credential_expires_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("regime", sa.String(length=10), nullable=False),
        sa.Column("networks", sa.JSON(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("suspended_until", sa.Date(), nullable=True),
        sa.Column("renewal_asked_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reminded_of", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'suspended') = (suspended_until IS NOT NULL)", name=op.f("ck_mandate_suspended_until")
        ),
        sa.CheckConstraint("regime IN ('guided', 'autonomous')", name=op.f("ck_mandate_regime")),
        sa.CheckConstraint("status IN ('active', 'dormant', 'ended', 'suspended')", name=op.f("ck_mandate_status")),
        sa.CheckConstraint("ends_on <= credential_expires_on", name=op.f("ck_mandate_credential")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_mandate_dates")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_mandate_application_id_application")
        ),
        sa.ForeignKeyConstraint(["credential_id"], ["credential.id"], name=op.f("fk_mandate_credential_id_credential")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mandate_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate")),
        sa.UniqueConstraint("application_id", name=op.f("uq_mandate_application_id")),
    )
    with op.batch_alter_table("mandate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mandate_ends_on"), ["ends_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_mandate_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_mandate_renewal", ["renewal_asked_at", "id"], unique=False)
        batch_op.create_index("ix_mandate_status", ["status", "id"], unique=False)
        batch_op.create_index(
            "uq_mandate_open",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("status <> 'ended'"),
            postgresql_where=sa.text("status <> 'ended'"),
        )

    op.create_table(
        "hearing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mandate_id", sa.Integer(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("grounds", sa.Text(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("opened_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answered_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandate.id"], name=op.f("fk_hearing_mandate_id_mandate")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_hearing_opened_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hearing")),
    )
    with op.batch_alter_table("hearing", schema=None) as batch_op:
        batch_op.create_index("ix_hearing_mandate", ["mandate_id", "id"], unique=False)
        batch_op.create_index(
            "uq_hearing_open",
            ["mandate_id"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=True),
        sa.Column("mandate_id", sa.Integer(), nullable=True),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("before", sa.String(length=12), nullable=True),
        sa.Column("after", sa.String(length=12), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("hearing_id", sa.Integer(), nullable=True),
        sa.Column("at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "NOT act IN ('awakened', 'ended', 'granted', 'hearing_closed', 'hearing_opened', 'let_dormant', 'made_autonomous', 'made_guided', 'opened', 'refused', 'reinstated', 'renewed', 'reopened', 'rescoped', 'resumed', 'sent_back', 'suspended', 'upheld') OR (by_id IS NOT NULL AND by_id <> person_id)",
            name=op.f("ck_decision_not_oneself"),
        ),
        sa.CheckConstraint(
            "NOT act IN ('begun', 'contested', 'hearing_answered', 'left', 'paused', 'renewal_asked', 'returned', 'submitted', 'withdrawn') OR (by_id IS NOT NULL AND by_id = person_id)",
            name=op.f("ck_decision_own_act"),
        ),
        sa.CheckConstraint(
            "NOT act IN ('expired', 'suspension_over') OR by_id IS NULL", name=op.f("ck_decision_nobodys_act")
        ),
        sa.CheckConstraint("act <> 'suspended' OR hearing_id IS NOT NULL", name=op.f("ck_decision_heard")),
        sa.CheckConstraint(
            "application_id IS NULL OR (act = 'begun' AND before IS NULL AND after = 'draft') OR (act = 'contested' AND before IS NOT NULL AND before IN ('refused', 'to_rework') AND after = before) OR (act = 'granted' AND before IS NOT NULL AND before IN ('submitted') AND after = 'granted') OR (act = 'refused' AND before IS NOT NULL AND before IN ('submitted') AND after = 'refused') OR (act = 'reopened' AND before IS NOT NULL AND before IN ('refused', 'to_rework') AND after = 'submitted') OR (act = 'sent_back' AND before IS NOT NULL AND before IN ('submitted') AND after = 'to_rework') OR (act = 'submitted' AND before IS NOT NULL AND before IN ('draft', 'to_rework') AND after = 'submitted') OR (act = 'upheld' AND before IS NOT NULL AND before IN ('refused', 'to_rework') AND after = before) OR (act = 'withdrawn' AND before IS NOT NULL AND before IN ('draft', 'submitted', 'to_rework') AND after = 'withdrawn')",
            name=op.f("ck_decision_application_move"),
        ),
        sa.CheckConstraint(
            "mandate_id IS NULL OR (act = 'awakened' AND before IS NOT NULL AND before IN ('dormant') AND after = 'active') OR (act = 'contested' AND before IS NOT NULL AND before IN ('active', 'dormant', 'ended', 'suspended') AND after = before) OR (act = 'ended' AND before IS NOT NULL AND before IN ('active', 'dormant', 'suspended') AND after = 'ended') OR (act = 'expired' AND before IS NOT NULL AND before IN ('active', 'dormant', 'suspended') AND after = 'ended') OR (act = 'hearing_answered' AND before IS NOT NULL AND before IN ('active', 'dormant') AND after = before) OR (act = 'hearing_closed' AND before IS NOT NULL AND before IN ('active', 'dormant') AND after = before) OR (act = 'hearing_opened' AND before IS NOT NULL AND before IN ('active', 'dormant') AND after = before) OR (act = 'left' AND before IS NOT NULL AND before IN ('active', 'dormant', 'suspended') AND after = 'ended') OR (act = 'let_dormant' AND before IS NOT NULL AND before IN ('active') AND after = 'dormant') OR (act = 'made_autonomous' AND before IS NOT NULL AND before IN ('active', 'dormant') AND after = before) OR (act = 'made_guided' AND before IS NOT NULL AND before IN ('active', 'dormant') AND after = before) OR (act = 'opened' AND before IS NULL AND after = 'active') OR (act = 'paused' AND before IS NOT NULL AND before IN ('active') AND after = 'dormant') OR (act = 'reinstated' AND before IS NOT NULL AND before IN ('ended') AND after = 'active') OR (act = 'renewal_asked' AND before IS NOT NULL AND before IN ('active', 'dormant') AND after = before) OR (act = 'renewed' AND before IS NOT NULL AND before IN ('active', 'dormant') AND after = before) OR (act = 'rescoped' AND before IS NOT NULL AND before IN ('active', 'dormant', 'suspended') AND after = before) OR (act = 'resumed' AND before IS NOT NULL AND before IN ('suspended') AND after = 'active') OR (act = 'returned' AND before IS NOT NULL AND before IN ('dormant') AND after = 'active') OR (act = 'suspended' AND before IS NOT NULL AND before IN ('active', 'dormant') AND after = 'suspended') OR (act = 'suspension_over' AND before IS NOT NULL AND before IN ('suspended') AND after = 'active') OR (act = 'upheld' AND before IS NOT NULL AND before IN ('active', 'dormant', 'ended', 'suspended') AND after = before)",
            name=op.f("ck_decision_mandate_move"),
        ),
        sa.CheckConstraint("(application_id IS NULL) <> (mandate_id IS NULL)", name=op.f("ck_decision_subject")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_decision_application_id_application")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_decision_by_id_person")),
        sa.ForeignKeyConstraint(["hearing_id"], ["hearing.id"], name=op.f("fk_decision_hearing_id_hearing")),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandate.id"], name=op.f("fk_decision_mandate_id_mandate")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_decision_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("application_id", "version", name=op.f("uq_decision_application_id_version")),
        sa.UniqueConstraint("mandate_id", "version", name=op.f("uq_decision_mandate_id_version")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_person_id"), ["person_id"], unique=False)

    op.create_table(
        "assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("referent_id", sa.Integer(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("picture", sa.Text(), nullable=False),
        sa.Column("grid", sa.JSON(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("lowest", sa.Integer(), nullable=False),
        sa.Column("red_flags", sa.JSON(), nullable=False),
        sa.Column("is_flagged", sa.Boolean(), nullable=False),
        sa.Column("decision", sa.String(length=12), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=True),
        sa.Column("lessons", sa.JSON(), nullable=False),
        sa.Column("again_on", sa.Date(), nullable=True),
        sa.Column("decided_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "decision <> 'granted' OR (points >= 12 AND lowest > 0 AND NOT is_flagged)",
            name=op.f("ck_assessment_passed"),
        ),
        sa.CheckConstraint(
            "decision <> 'refused' OR (category IS NOT NULL AND again_on IS NOT NULL)",
            name=op.f("ck_assessment_refusal"),
        ),
        sa.CheckConstraint("decision IN ('granted', 'sent_back', 'refused')", name=op.f("ck_assessment_decision")),
        sa.CheckConstraint("points BETWEEN 0 AND 18 AND lowest BETWEEN 0 AND 3", name=op.f("ck_assessment_grid")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_assessment_application_id_application")
        ),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_assessment_decision_id_decision")),
        sa.ForeignKeyConstraint(["referent_id"], ["person.id"], name=op.f("fk_assessment_referent_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_assessment_decision_id")),
    )
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assessment_application_id"), ["application_id"], unique=False)

    op.create_table(
        "contest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("made_at", elearn.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", elearn.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(status = 'open') = (answered_at IS NULL)", name=op.f("ck_contest_answered")),
        sa.CheckConstraint("status IN ('open', 'upheld', 'changed', 'moot')", name=op.f("ck_contest_status")),
        sa.CheckConstraint(
            "answered_by_id IS NULL OR answered_by_id <> person_id", name=op.f("ck_contest_not_oneself")
        ),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_contest_answered_by_id_person")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_contest_decision_id_decision")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contest_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contest")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_contest_decision_id")),
    )
    with op.batch_alter_table("contest", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contest_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_contest_queue", ["status", "made_at", "id"], unique=False)

    op.create_table(
        "decision_words",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_decision_words_decision_id_decision")),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_decision_words")),
    )
    # Triggers are unknown to autogeneration: the logs only grow, whoever writes to the database.
    protect_rows(op.get_bind(), "decision", "person_event", "volunteering_snapshot")


def downgrade() -> None:
    """Take it back."""
    op.drop_table("decision_words")
    with op.batch_alter_table("contest", schema=None) as batch_op:
        batch_op.drop_index("ix_contest_queue")
        batch_op.drop_index(batch_op.f("ix_contest_person_id"))

    op.drop_table("contest")
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assessment_application_id"))

    op.drop_table("assessment")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_person_id"))

    op.drop_table("decision")
    with op.batch_alter_table("hearing", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_hearing_open", sqlite_where=sa.text("closed_at IS NULL"), postgresql_where=sa.text("closed_at IS NULL")
        )
        batch_op.drop_index("ix_hearing_mandate")

    op.drop_table("hearing")
    with op.batch_alter_table("mandate", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_mandate_open", sqlite_where=sa.text("status <> 'ended'"), postgresql_where=sa.text("status <> 'ended'")
        )
        batch_op.drop_index("ix_mandate_status")
        batch_op.drop_index("ix_mandate_renewal")
        batch_op.drop_index(batch_op.f("ix_mandate_person_id"))
        batch_op.drop_index(batch_op.f("ix_mandate_ends_on"))

    op.drop_table("mandate")
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.drop_index("ix_response_item")

    op.drop_table("response")
    with op.batch_alter_table("item_contest", schema=None) as batch_op:
        batch_op.drop_index("ix_item_contest_status")
        batch_op.drop_index(batch_op.f("ix_item_contest_person_id"))
        batch_op.drop_index("ix_item_contest_item")

    op.drop_table("item_contest")
    with op.batch_alter_table("attempt_recount", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attempt_recount_attempt_id"))

    op.drop_table("attempt_recount")
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_application_open",
            sqlite_where=sa.text("status IN ('draft', 'submitted', 'to_rework')"),
            postgresql_where=sa.text("status IN ('draft', 'submitted', 'to_rework')"),
        )
        batch_op.drop_index("ix_application_queue")
        batch_op.drop_index(batch_op.f("ix_application_person_id"))

    op.drop_table("application")
    with op.batch_alter_table("question_post", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_post_question_id"))

    op.drop_table("question_post")
    with op.batch_alter_table("public_answer", schema=None) as batch_op:
        batch_op.drop_index("ix_public_answer_list")

    op.drop_table("public_answer")
    op.drop_table("lesson_completion")
    with op.batch_alter_table("credential", schema=None) as batch_op:
        batch_op.drop_index("ix_credential_when")

    op.drop_table("credential")
    op.drop_table("charter_signature")
    with op.batch_alter_table("campaign_step", schema=None) as batch_op:
        batch_op.drop_index("ix_campaign_step_due")

    op.drop_table("campaign_step")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_attempt_open", sqlite_where=sa.text("status = 'open'"), postgresql_where=sa.text("status = 'open'")
        )

    op.drop_table("attempt")
    with op.batch_alter_table("alert_told", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alert_told_person_id"))

    op.drop_table("alert_told")
    with op.batch_alter_table("alert_capture", schema=None) as batch_op:
        batch_op.drop_index("ix_alert_capture_expiry")
        batch_op.drop_index(batch_op.f("ix_alert_capture_alert_id"))

    op.drop_table("alert_capture")
    with op.batch_alter_table("alert_act", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alert_act_alert_id"))

    op.drop_table("alert_act")
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_session_person_id"))

    op.drop_table("user_session")
    op.drop_table("second_factor")
    with op.batch_alter_table("role_assignment", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_role_assignment_exclusive",
            sqlite_where=sa.text("role IN ('hr', 'referent')"),
            postgresql_where=sa.text("role IN ('hr', 'referent')"),
        )
        batch_op.drop_index(batch_op.f("ix_role_assignment_role"))

    op.drop_table("role_assignment")
    op.drop_table("recovery_code")
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_index("ix_question_queue")
        batch_op.drop_index("ix_question_own")
        batch_op.drop_index("ix_question_moved")

    op.drop_table("question")
    op.drop_table("perimeter")
    with op.batch_alter_table("password_reset", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_password_reset_person_id"))

    op.drop_table("password_reset")
    op.drop_table("notice_choice")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_message_unread",
            sqlite_where=sa.text("read_at IS NULL AND in_app"),
            postgresql_where=sa.text("read_at IS NULL AND in_app"),
        )
        batch_op.drop_index("ix_message_person")
        batch_op.drop_index("ix_message_due")

    op.drop_table("message")
    op.drop_table("lesson_visit")
    with op.batch_alter_table("known_device", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_known_device_person_id"))

    op.drop_table("known_device")
    op.drop_table("item_void")
    with op.batch_alter_table("fulfilment", schema=None) as batch_op:
        batch_op.drop_index("ix_fulfilment_requirement_when")

    op.drop_table("fulfilment")
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_enrolment_current", sqlite_where=sa.text("is_current"), postgresql_where=sa.text("is_current")
        )

    op.drop_table("enrolment")
    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_edition_current", sqlite_where=sa.text("is_current"), postgresql_where=sa.text("is_current")
        )

    op.drop_table("edition")
    with op.batch_alter_table("completion", schema=None) as batch_op:
        batch_op.drop_index("ix_completion_valid")
        batch_op.drop_index("ix_completion_certified")

    op.drop_table("completion")
    op.drop_table("check_response")
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.drop_index("ix_campaign_status")

    op.drop_table("campaign")
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.drop_index("ix_alert_own")
        batch_op.drop_index("ix_alert_list")

    op.drop_table("alert")
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.drop_index("ix_absence_referent")

    op.drop_table("absence")
    with op.batch_alter_table("person_event_words", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_event_words_person_id"))

    op.drop_table("person_event_words")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index("ix_person_manager_list")
        batch_op.drop_index("ix_person_list")
        batch_op.drop_index("ix_person_department_list")
        batch_op.drop_index(
            "ix_person_active_site",
            sqlite_where=sa.text("closed_at IS NULL AND erased_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL AND erased_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_person_active",
            sqlite_where=sa.text("closed_at IS NULL AND erased_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL AND erased_at IS NULL"),
        )

    op.drop_table("person")
    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_row_person_id"))
        batch_op.drop_index("ix_import_row_job")
        batch_op.drop_index(batch_op.f("ix_import_row_employee_number"))
        batch_op.drop_index(batch_op.f("ix_import_row_email"))

    op.drop_table("import_row")
    op.drop_table("volunteering_snapshot")
    op.drop_table("topic")
    op.drop_table("site_state")
    with op.batch_alter_table("sign_in_failure", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_failure_when")
        batch_op.drop_index("ix_sign_in_failure_address")
        batch_op.drop_index("ix_sign_in_failure_account")

    op.drop_table("sign_in_failure")
    with op.batch_alter_table("person_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_event_person_id"))
        batch_op.drop_index(batch_op.f("ix_person_event_at"))
        batch_op.drop_index(batch_op.f("ix_person_event_act"))

    op.drop_table("person_event")
    op.drop_table("network")
    with op.batch_alter_table("import_job", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_import_job_at_work",
            sqlite_where=sa.text("status IN ('waiting', 'running')"),
            postgresql_where=sa.text("status IN ('waiting', 'running')"),
        )
        batch_op.drop_index("ix_import_job_status")

    op.drop_table("import_job")
    with op.batch_alter_table("department", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_department_root",
            sqlite_where=sa.text("parent_id IS NULL"),
            postgresql_where=sa.text("parent_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_department_path"))
        batch_op.drop_index(batch_op.f("ix_department_parent_id"))

    op.drop_table("department")
