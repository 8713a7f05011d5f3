"""Every answer carries the policy that keeps foreign code out, and no page stays in a browser."""

import re

import pytest

from storage.models import Case
from tests.admin.conftest import Visitor

PAGES = ["/admin/", "/admin/account", "/admin/nothing", "/admin/?country=xx", "/admin/failed", "/admin/undelivered"]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.mark.parametrize("url", [*PAGES, "/admin/sign-in"])
def test_every_answer_carries_the_policy(advisor: Visitor, visitor: Visitor, url: str) -> None:
    for somebody in (advisor, visitor):
        headers = somebody.get(url).response.headers
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store, private"


def test_only_styles_and_scripts_may_be_kept(advisor: Visitor) -> None:
    response = advisor.client.get("/admin/static/admin.css", buffered=True)
    assert "no-store" not in response.headers["Cache-Control"]
    assert "Content-Security-Policy" in response.headers


def test_pages_have_no_code_or_style_of_their_own(advisor: Visitor, case: Case) -> None:
    for url in (*PAGES, f"/admin/cases/{case.reference}", f"/admin/factories/{case.factory_id}/cases"):
        page = advisor.get(url).text
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script(?! src=\"/)", page)
        assert not re.search(r"(src|href)=\"(https?:)?//", page), "something comes from another site"
