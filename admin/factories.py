"""The cases of one factory: coded facts only; the words are one click further, in `cases.py`."""

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin.access import ADMIN, ADVISOR, allow, me
from admin.filters import case_filters, number
from admin.queue import WITHOUT_FACTORY
from admin.services import services
from storage import people
from storage.models import Factory
from storage.models.enums import CaseStatus
from storage.queue import NO_FACTORY, NO_FACTORY_NAME, CaseFilters, CaseSort, cases_of, count_by_status, find_factory

blueprint = Blueprint("factories", __name__)

SORTS = {
    CaseSort.URGENCY: "Most urgent first",
    CaseSort.NEWEST: "Newest first",
    CaseSort.OLDEST: "Oldest first",
    CaseSort.UPDATED: "Last changed first",
}


@blueprint.get("/factories/<factory_id>/cases")
@allow(ADVISOR, ADMIN)
def list_cases(factory_id: str) -> ResponseReturnValue:
    """List a factory's cases."""
    is_named = factory_id != WITHOUT_FACTORY
    filters = case_filters(request.args, factory_id if is_named else NO_FACTORY)
    page = number(request.args, "page") or 1
    with services().database.reading() as session:
        factory = _find(session, factory_id) if is_named else None
        return render_template("admin/factory.html", factory=factory, **_content(session, filters, page), link=_link)


def _find(session: Session, factory_id: str) -> Factory:
    factory = find_factory(session, me().scope, factory_id)
    if factory is None:
        abort(404)
    return factory


def _content(session: Session, filters: CaseFilters, page: int) -> dict[str, Any]:
    scope = me().scope
    names = {person.id: person.name for person in people.everybody(session)}
    counts = count_by_status(session, scope, filters)
    found = cases_of(session, scope, filters, page)
    return {
        "name": NO_FACTORY_NAME,
        "filters": filters,
        "found": found,
        "counts": counts,
        "open_count": sum(count for status, count in counts.items() if status is not CaseStatus.CLOSED),
        "names": names,
        "assignees": {str(me().id): "Mine", "nobody": "Nobody's"},
        "chosen_assignee": request.args.get("assignee", ""),
        "sorts": SORTS,
        "may_read": me().has_any((ADVISOR,)),
    }


def _link(**changes: object) -> str:
    """Return the address of this list with some of its filters changed."""
    wanted: dict[str, Any] = request.args.to_dict() | {"page": None} | changes | (request.view_args or {})
    return url_for("admin.factories.list_cases", **{name: value or None for name, value in wanted.items()})
