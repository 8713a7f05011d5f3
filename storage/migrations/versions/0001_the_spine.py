"""The first tables: factories, people, workers, messages, cases, surveys."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

CATEGORY = (
    "pay",
    "hours",
    "safety",
    "harassment",
    "discrimination",
    "child_labour",
    "forced_labour",
    "association",
    "contract",
    "facilities",
    "other",
    "unsorted",
)
SEVERITY = ("critical", "high", "normal")
CASE_STATUS = ("new", "in_progress", "waiting", "resolved", "closed")
RESPONSE_STATE = ("open", "finished", "stopped", "expired")
EVENT_KIND = ("opened", "added", "sorted", "detailed", "assigned", "status", "note", "replied")
AUTHOR = ("worker", "advisor")
PROVIDER_OPT_OUT = ("stop", "start", "help")
INBOX_STATE = ("received", "done", "failed")
OUTBOX_KIND = ("reply", "advisor", "notice", "opt_out")
OUTBOX_STATE = ("pending", "sending", "sent", "delivered", "failed", "unknown")


def upgrade() -> None:
    """Make every table."""
    _create_factories()
    _create_people()
    _create_workers()
    _create_inbox()
    _create_outbox()
    _create_cases()
    _create_casework()
    _create_surveys()


def downgrade() -> None:
    """Drop every table, with all that is in it."""
    for table in ("answers", "responses", "survey_versions", "case_events", "case_media", "case_messages"):
        op.drop_table(table)
    for table in ("cases", "outbox", "inbox_media", "inbox", "trackers", "opt_outs", "contacts", "conversations"):
        op.drop_table(table)
    for table in ("workers", "audit", "people_factories", "people_roles", "roles", "people", "factory_aliases"):
        op.drop_table(table)
    for table in ("factories",):
        op.drop_table(table)


def _words(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def _refers(table: str, column: str, to: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}_{to}", ondelete=ondelete)


def _create_factories() -> None:
    op.create_table(
        "factories",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("city", sa.String(100), nullable=True),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("workforce", sa.Integer(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_factories"),
        sa.UniqueConstraint("code", name="uq_factories_code"),
    )
    op.create_index("ix_factories_country", "factories", ["country"])
    op.create_table(
        "factory_aliases",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("factory_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        _refers("factory_aliases", "factory_id", "factories", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_factory_aliases"),
        sa.UniqueConstraint("factory_id", "name", name="uq_factory_aliases_factory_id_name"),
    )


def _create_people() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("password", sa.String(255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(64), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("countries", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("email", name="uq_people_email"),
        sa.UniqueConstraint("fs_uniquifier", name="uq_people_fs_uniquifier"),
    )
    op.create_table(
        "roles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("description", sa.String(200), nullable=True),
        sa.Column("permissions", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_roles"),
        sa.UniqueConstraint("name", name="uq_roles_name"),
    )
    op.create_table(
        "people_roles",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        _refers("people_roles", "person_id", "people", "CASCADE"),
        _refers("people_roles", "role_id", "roles", "CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "role_id", name="pk_people_roles"),
    )
    op.create_table(
        "people_factories",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("factory_id", sa.String(32), nullable=False),
        _refers("people_factories", "factory_id", "factories", "CASCADE"),
        _refers("people_factories", "person_id", "people", "CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "factory_id", name="pk_people_factories"),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("subject_kind", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _refers("audit", "person_id", "people", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_subject", "audit", ["subject_kind", "subject_id"])


def _create_workers() -> None:
    op.create_table(
        "workers",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("pseudonym", sa.String(64), nullable=False),
        sa.Column("language", sa.String(16), nullable=True),
        sa.Column("language_chosen", sa.Boolean(), nullable=False),
        sa.Column("country", sa.String(2), nullable=True),
        sa.Column("factory_id", sa.String(32), nullable=True),
        sa.Column("factory_declined", sa.Boolean(), nullable=False),
        sa.Column("introduced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("word_hash", sa.String(160), nullable=True),
        sa.Column("word_tries", sa.Integer(), nullable=False),
        sa.Column("word_tried_at", sa.DateTime(timezone=True), nullable=True),
        _refers("workers", "factory_id", "factories"),
        sa.PrimaryKeyConstraint("id", name="pk_workers"),
        sa.UniqueConstraint("pseudonym", name="uq_workers_pseudonym"),
    )
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("worker_id", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("last_message_on", sa.Date(), nullable=False),
        _refers("conversations", "worker_id", "workers"),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
        sa.UniqueConstraint("worker_id", "channel", name="uq_conversations_worker_id_channel"),
    )
    op.create_index("ix_conversations_worker_id", "conversations", ["worker_id"])
    op.create_table(
        "contacts",
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        _refers("contacts", "conversation_id", "conversations"),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_contacts"),
    )
    op.create_table(
        "opt_outs",
        sa.Column("pseudonym", sa.String(64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("pseudonym", name="pk_opt_outs"),
    )
    op.create_table(
        "trackers",
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("updated_on", sa.Date(), nullable=False),
        _refers("trackers", "conversation_id", "conversations"),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_trackers"),
    )


def _create_inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("provider_key", sa.String(64), nullable=False),
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("row_key", sa.String(32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("factory_code", sa.String(16), nullable=True),
        sa.Column("opt_out", _words("provideroptout", PROVIDER_OPT_OUT), nullable=True),
        sa.Column("state", _words("inboxstate", INBOX_STATE), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(64), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        _refers("inbox", "conversation_id", "conversations"),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("channel", "provider_key", name="uq_inbox_channel_provider_key"),
    )
    op.create_index("ix_inbox_conversation", "inbox", ["conversation_id", "state"])
    op.create_index("ix_inbox_due", "inbox", ["state", "next_attempt_at"])
    op.create_table(
        "inbox_media",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("inbox_id", sa.Integer(), nullable=False),
        sa.Column("location", sa.LargeBinary(), nullable=False),
        sa.Column("content_type", sa.String(64), nullable=False),
        sa.Column("case_route", sa.LargeBinary(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(64), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        _refers("inbox_media", "inbox_id", "inbox", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_inbox_media"),
    )
    op.create_index("ix_inbox_media_inbox_id", "inbox_media", ["inbox_id"])


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("inbox_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", _words("outboxkind", OUTBOX_KIND), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("state", _words("outboxstate", OUTBOX_STATE), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("resends", sa.Integer(), nullable=False),
        sa.Column("provider_key", sa.String(64), nullable=True),
        sa.Column("failure", sa.String(64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        _refers("outbox", "conversation_id", "conversations"),
        _refers("outbox", "inbox_id", "inbox", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("inbox_id", "position", name="uq_outbox_inbox_id_position"),
        sa.UniqueConstraint("reference", name="uq_outbox_reference"),
    )
    op.create_index("ix_outbox_conversation", "outbox", ["conversation_id", "id"])
    op.create_index("ix_outbox_due", "outbox", ["state", "next_attempt_at"])
    op.create_index("ix_outbox_provider_key", "outbox", ["provider_key"])
    waits = sa.text("next_attempt_at IS NOT NULL")
    op.create_index(
        "ix_outbox_waiting", "outbox", ["conversation_id", "id"], sqlite_where=waits, postgresql_where=waits
    )


def _create_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("reference", sa.String(16), nullable=False),
        sa.Column("reporter", sa.String(64), nullable=False),
        sa.Column("route", sa.LargeBinary(), nullable=True),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("factory_id", sa.String(32), nullable=True),
        sa.Column("country", sa.String(2), nullable=True),
        sa.Column("category", _words("category", CATEGORY), nullable=False),
        sa.Column("second_category", _words("second_category", CATEGORY), nullable=True),
        sa.Column("severity", _words("severity", SEVERITY), nullable=False),
        sa.Column("status", _words("casestatus", CASE_STATUS), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("is_draft", sa.Boolean(), nullable=False),
        sa.Column("assignee_id", sa.Integer(), nullable=True),
        sa.Column("receipt_key", sa.String(64), nullable=True),
        sa.Column("receipt_hash", sa.String(160), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("look_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        _refers("cases", "assignee_id", "people"),
        _refers("cases", "factory_id", "factories"),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("receipt_key", name="uq_cases_receipt_key"),
        sa.UniqueConstraint("reference", name="uq_cases_reference"),
    )
    op.create_index("ix_cases_country", "cases", ["country"])
    op.create_index("ix_cases_queue", "cases", ["factory_id", "status", "severity"])
    op.create_index("ix_cases_reporter", "cases", ["reporter"])


def _create_casework() -> None:
    op.create_table(
        "case_messages",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("author", _words("author", AUTHOR), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(16), nullable=True),
        sa.Column("delivery", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _refers("case_messages", "case_id", "cases", "CASCADE"),
        _refers("case_messages", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name="pk_case_messages"),
    )
    op.create_index("ix_case_messages_case_id", "case_messages", ["case_id"])
    op.create_table(
        "case_media",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("content_type", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _refers("case_media", "case_id", "cases", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_case_media"),
    )
    op.create_index("ix_case_media_case_id", "case_media", ["case_id"])
    op.create_table(
        "case_events",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("kind", _words("eventkind", EVENT_KIND), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _refers("case_events", "case_id", "cases", "CASCADE"),
        _refers("case_events", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name="pk_case_events"),
    )
    op.create_index("ix_case_events_case_id", "case_events", ["case_id"])


def _create_surveys() -> None:
    op.create_table(
        "survey_versions",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("survey", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_survey_versions"),
        sa.UniqueConstraint("survey", "version", name="uq_survey_versions_survey_version"),
    )
    op.create_table(
        "responses",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("survey_version_id", sa.String(32), nullable=False),
        sa.Column("respondent", sa.String(64), nullable=False),
        sa.Column("period", sa.String(8), nullable=False),
        sa.Column("factory_id", sa.String(32), nullable=True),
        sa.Column("country", sa.String(2), nullable=True),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("state", _words("responsestate", RESPONSE_STATE), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        _refers("responses", "factory_id", "factories"),
        _refers("responses", "survey_version_id", "survey_versions"),
        sa.PrimaryKeyConstraint("id", name="pk_responses"),
        sa.UniqueConstraint(
            "survey_version_id", "respondent", "period", name="uq_responses_survey_version_id_respondent_period"
        ),
    )
    op.create_index("ix_responses_factory_id", "responses", ["factory_id"])
    op.create_index("ix_responses_respondent", "responses", ["respondent"])
    op.create_table(
        "answers",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("response_id", sa.String(32), nullable=False),
        sa.Column("question", sa.String(32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.Double(), nullable=True),
        sa.Column("choice", sa.String(32), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("is_skipped", sa.Boolean(), nullable=False),
        _refers("answers", "response_id", "responses", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_answers"),
        sa.UniqueConstraint("response_id", "question", name="uq_answers_response_id_question"),
    )
