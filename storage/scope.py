"""What a person may see: countries in whole, and single factories.

Every query of the admin pages takes a `Scope`; `visible` is the one place that applies it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false, or_, true

from storage.models import Person

EVERYWHERE = "*"


@dataclass(frozen=True)
class Scope:
    """Countries and factories; nothing unless given."""

    countries: frozenset[str] = frozenset()
    factory_ids: frozenset[str] = frozenset()
    is_everything: bool = False

    @classmethod
    def everything(cls) -> "Scope":
        """Return the scope of the command line and of people for all countries."""
        return cls(is_everything=True)

    @classmethod
    def of(cls, person: Person) -> "Scope":
        """Return what this person may see; one who may not sign in sees nothing."""
        if not person.active:
            return cls()
        if EVERYWHERE in person.countries:
            return cls.everything()
        return cls(frozenset(person.countries), frozenset(factory.id for factory in person.factories))


def visible(scope: Scope, country: Any, factory_id: Any) -> ColumnElement[bool]:
    """Return the condition on a row's country and factory columns. A row with neither is seen by `everything` only."""
    if scope.is_everything:
        return true()
    return or_(false(), *_conditions(scope, country, factory_id))


def _conditions(scope: Scope, country: Any, factory_id: Any) -> Iterable[ColumnElement[bool]]:
    if scope.countries:
        yield country.in_(sorted(scope.countries))
    if scope.factory_ids:
        yield factory_id.in_(sorted(scope.factory_ids))
