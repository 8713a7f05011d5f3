"""The audit as administrators read it: who looked at what, and who changed what."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import ADMIN, allow
from admin.filters import audit_filters
from admin.services import services
from storage import people
from storage.audit_trail import PAGE_SIZE, AuditFilters, entries, subjects
from storage.models import AuditEntry

blueprint = Blueprint("audit", __name__)


@blueprint.get("/audit")
@allow(ADMIN)
def list_entries() -> ResponseReturnValue:
    """Show one page of it."""
    filters = audit_filters(request.args)
    with services().database.reading() as session:
        found = entries(session, filters)
        return render_template(
            "admin/audit.html",
            entries=found,
            subjects=subjects(session, found),
            names={str(person.id): person.name for person in people.everybody(session)},
            filters={"person": str(filters.person_id or ""), "action": filters.action},
            older=_older(found, filters),
        )


def _older(found: list[AuditEntry], filters: AuditFilters) -> str | None:
    if len(found) < PAGE_SIZE:
        return None
    before = found[-1].at.isoformat()
    return url_for("admin.audit.list_entries", person=filters.person_id, action=filters.action, before=before)
