"""The first page: every factory with what waits there, the most urgent first.

One click leads to a factory's cases (`factories.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import ADMIN, ADVISOR, EVERYBODY, allow, me
from admin.charts import slices
from admin.filters import queue_filters
from admin.labels import COUNTRIES
from admin.presentation import span
from admin.services import services
from storage.models.enums import Category
from storage.queue import FactoryRow, QueueFilters, QueueSort, factory_queue
from storage.scope import Scope

blueprint = Blueprint("queue", __name__)

SORTS = {
    QueueSort.URGENCY: "Most urgent first",
    QueueSort.OPEN: "Most open cases",
    QueueSort.OLDEST: "Longest waiting",
    QueueSort.NEW: "Most new this week",
    QueueSort.NAME: "By name",
}
NAMED_CATEGORIES = 2
WITHOUT_FACTORY = "none"
"""Stands in an address for the cases that name no factory."""


@dataclass(frozen=True)
class Totals:
    """The queue in one line."""

    open: int
    critical: int
    overdue: int
    unsorted: int
    new_this_week: int


@blueprint.get("/")
@allow(*EVERYBODY)
def show_queue() -> ResponseReturnValue:
    """Show the queue per factory."""
    if not me().has_any((ADVISOR, ADMIN)):
        return redirect(url_for("admin.surveys.show_progress"))
    filters = queue_filters(request.args)
    with services().database.reading() as session:
        rows = factory_queue(session, me().scope, filters, services().clock.now())
    return render_template(
        "admin/queue.html",
        rows=rows,
        totals=_totals(rows),
        filters=filters,
        is_filtered=filters != QueueFilters(sort=filters.sort),
        countries=countries_in(me().scope),
        sorts=SORTS,
        scale=max((row.open for row in rows), default=1),
        categories=[category for category in Category if any(category in row.by_category for row in rows)],
        cases_url=lambda row: _cases_url(row, filters),
        top=top,
        waiting=lambda hours: span(timedelta(hours=hours)),
    )


def countries_in(scope: Scope) -> dict[str, str]:
    """Return the countries somebody may choose among."""
    return COUNTRIES if scope.is_everything else {code: COUNTRIES.get(code, code) for code in sorted(scope.countries)}


def top(by_category: Mapping[str, int]) -> str:
    """Name the commonest categories: the picture's words for everybody."""
    parts = slices(by_category, 1)
    named = [f"{part.label} {part.count}" for part in parts[:NAMED_CATEGORIES]]
    rest = sum(part.count for part in parts[NAMED_CATEGORIES:])
    return " · ".join([*named, f"{rest} other"] if rest else named)


def _cases_url(row: FactoryRow, filters: QueueFilters) -> str:
    return url_for(
        "admin.factories.list_cases",
        factory_id=row.factory_id or WITHOUT_FACTORY,
        country=row.country if row.factory_id is None else None,
        category=filters.category,
        status=filters.status,
    )


def _totals(rows: list[FactoryRow]) -> Totals:
    return Totals(
        open=sum(row.open for row in rows),
        critical=sum(row.critical for row in rows),
        overdue=sum(row.overdue for row in rows),
        unsorted=sum(row.unsorted for row in rows),
        new_this_week=sum(row.new_this_week for row in rows),
    )
