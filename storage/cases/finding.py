"""A case by the reference that advisors call it by, for those who may see it.

Every page of a case begins here.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models import Case
from storage.scope import Scope, visible


def find_by_reference(session: Session, scope: Scope, reference: str) -> Case | None:
    """Return the case when it is there and may be seen; an erased one too."""
    return session.scalar(
        select(Case).where(Case.reference == reference, visible(scope, Case.country, Case.factory_id))
    )
