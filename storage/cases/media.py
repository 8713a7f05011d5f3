"""The pictures and recordings of a case, encrypted with its key.

Kept by whoever fetched them from the provider, opened for the advisors' page.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from storage.models import Case, CaseMedia, new_id
from storage.vault import Vault

FIELD = "case_media.content"


def keep_media(
    session: Session, vault: Vault, case: Case, content_type: str, content: bytes, now: datetime
) -> CaseMedia:
    """Add a file to the case."""
    media_id = new_id()
    sealed = vault.case_box(case.id, case.key).close(FIELD, media_id, content)
    media = CaseMedia(id=media_id, case_id=case.id, content_type=content_type[:64], content=sealed, at=now)
    session.add(media)
    session.flush()
    return media


def media_of(session: Session, case: Case) -> list[CaseMedia]:
    """Return the files of a case, the oldest first, without their content."""
    query = select(CaseMedia).where(CaseMedia.case_id == case.id).order_by(CaseMedia.at, CaseMedia.id)
    return list(session.scalars(query.options(defer(CaseMedia.content))))


def find_media(session: Session, case: Case, media_id: str) -> CaseMedia | None:
    """Return one file of this case."""
    return session.scalar(select(CaseMedia).where(CaseMedia.case_id == case.id, CaseMedia.id == media_id))


def open_media(vault: Vault, case: Case, media: CaseMedia) -> bytes:
    """Decrypt a file."""
    return vault.case_box(case.id, case.key).open(FIELD, media.id, media.content)
