"""A worker's browser without script."""

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class Browser:
    """A browser without script: it fills in the forms it is shown."""

    def __init__(self, site: Flask) -> None:
        self.client: FlaskClient = site.test_client()
        self.html = ""

    def opens(self, path: str = "/chat", **options: Any) -> str:
        response = self.client.get(path, follow_redirects=True, **options)
        assert response.status_code == 200, response.status
        self.html = response.text
        return self.html

    def field(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.html)
        assert found is not None, name
        return found[1]

    def posts(self, path: str, **fields: str) -> TestResponse:
        if not self.html:
            self.opens()
        return self.client.post(path, data={"csrf_token": self.field("csrf_token"), **fields})

    def says(self, text: str, path: str = "/chat") -> str:
        answer = self.posts(path, message=text, turn=self.field("turn") if self.html else "")
        assert (answer.status_code, answer.location) == (303, "/chat")
        return self.opens()

    def chooses(self, value: str) -> str:
        assert self.posts("/chat", choice=value, turn=self.field("turn")).status_code == 303
        return self.opens()


def bubbles(html: str) -> list[tuple[str, str]]:
    return re.findall(r'<li class="(hers|ours)">.*?<p dir="auto">(.*?)</p>', html, re.DOTALL)
