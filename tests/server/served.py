"""A node served on a real socket inside the test, with a clock that the test sets."""

from __future__ import annotations

import asyncio
import re
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx
import uvicorn
from jsonschema import Draft202012Validator

from domain.partnership import Partnership
from server.doors.app import create_app
from server.doors.openapi import openapi
from server.log.database import migrate, open_database
from server.ops.serving import uvicorn_config
from server.people.identity import Identity
from server.settings import Settings
from tests.server.failing import wrap


@dataclass
class Clock:
    """Runs with the real one, moved forward at will."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def forward(self, **by: float) -> None:
        self.ahead += timedelta(**by)


class Served:
    """A node on 127.0.0.1. `stop` ends it as an interrupt would."""

    def __init__(
        self,
        url: str,
        clock: Clock | None = None,
        around: Callable[[str, Callable[[], Any]], Any] | None = None,
        **settings: Any,
    ) -> None:
        """around: what happens around each call of the log (failing.py)."""
        self.clock = clock or Clock()
        self.database = open_database(url)
        if around:
            wrap(self.database.log, around)
        migrate(self.database)
        self.host_token = Identity(self.database.beside).secret("host_token")
        chosen = {"rate_commands": 0, "rate_requests": 0} | settings
        self.application: Any = create_app(self.database, Settings(**chosen), self.clock)
        config = uvicorn_config(self.application)
        config.port = 0
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=lambda: asyncio.run(self.server.serve()), daemon=True)
        self.thread.start()
        deadline = time.monotonic() + 20
        while not self.server.started:
            assert self.thread.is_alive(), "the server did not start"
            assert time.monotonic() < deadline, "the server did not start in time"
            self.thread.join(0.005)
        port = self.server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(20)
        assert not self.thread.is_alive(), "the server did not stop in time"
        self.database.close()

    def form(self, *names: str, kind: str = "outsourcing") -> tuple[str, list[Program]]:
        """Form a partnership; the first member of each party as a program."""
        answer = httpx.post(
            f"{self.url}/api/v1/partnerships",
            headers={"Authorization": f"Bearer {self.host_token}"},
            json={"kind": kind, "purpose": "To work together", "parties": [{"name": name} for name in names]},
        )
        assert answer.status_code == 201, answer.text
        formed = answer.json()
        return formed["partnership_id"], [
            Program(self.url, formed["tokens"][party["party_id"]], party["party_id"], formed["partnership_id"])
            for party in formed["parties"]
        ]


@cache
def checkers() -> list[tuple[re.Pattern[str], str, dict[str, Any]]]:
    """For each path and method of the OpenAPI document, validators by status."""
    document = openapi()
    found = []
    for path, operations in document["paths"].items():
        pattern = re.compile(re.sub(r"\{[^}]*\}", "[^/]+", path))
        for method in ("get", "post", "delete"):
            if method in operations:
                validators = {}
                for status, response in operations[method]["responses"].items():
                    (content,) = response["content"].values()
                    schema = {**content["schema"], "components": document["components"]}
                    validators[status] = Draft202012Validator(schema)
                found.append((pattern, method.upper(), validators))
    return found


def documented(response: httpx.Response) -> None:
    """Whatever the API answers must be what its OpenAPI document says."""
    for pattern, method, validators in checkers():
        if response.request.method == method and pattern.fullmatch(response.request.url.path):
            response.read()
            validator = validators.get(str(response.status_code)) or validators["default"]
            is_json = "json" in response.headers["content-type"]
            validator.validate(response.json() if is_json else response.text)
            return
    raise AssertionError(f"{response.request.method} {response.request.url.path} is not documented")


class Refused(AssertionError):
    """A command was refused where the test expected it to be recorded."""


@dataclass
class Program:
    """A member that is a program: speaks HTTP with a token."""

    url: str
    token: str
    party_id: str
    partnership_id: str
    member_id: str = ""
    agreement_id: str = ""

    def __post_init__(self) -> None:
        self.http = httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=30,
            event_hooks={"response": [documented]},
        )

    def admit(self, name: str, *mandates: Any, observer: bool = False) -> Program:
        answer = self.http.post(
            f"/api/v1/partnerships/{self.partnership_id}/members",
            json={
                "party_id": self.party_id,
                "name": name,
                "mandates": list(mandates),
                "observer": observer,
                "program": True,
            },
        )
        assert answer.status_code == 201, answer.text
        body = answer.json()
        return Program(self.url, body["token"], self.party_id, self.partnership_id, body["member_id"])

    def open_agreement(self, title: str, **more: Any) -> str:
        answer = self.http.post(f"/api/v1/partnerships/{self.partnership_id}/agreements", json={"title": title, **more})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["agreement_id"])

    def post(self, command: str, command_id: str | None = None, **fields: Any) -> httpx.Response:
        path = f"/api/v1/agreements/{self.agreement_id}/commands"
        if command in Partnership.commands:
            path = f"/api/v1/partnerships/{self.partnership_id}/commands"
        return self.http.post(path, json={"command_id": command_id or str(uuid.uuid4()), "type": command, **fields})

    def do(self, command: str, **fields: Any) -> dict[str, Any]:
        """Send a command that must be recorded; the data of its first event."""
        answer = self.post(command, **fields)
        if answer.status_code != 201:
            raise Refused(f"{command}: {answer.status_code} {answer.text}")
        events = answer.json()["events"]
        return dict(events[0]["data"]) if events else {}

    def refused(self, code: str, command: str, **fields: Any) -> dict[str, Any]:
        """Send a command that must be refused with a code, and leave nothing behind."""
        before = self.version_before(command)
        answer = self.post(command, **fields)
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        body: dict[str, Any] = answer.json()
        assert body["code"] == code, body
        assert body["detail"]
        assert body["next"]
        assert self.version_before(command) == before
        return body

    def version_before(self, command: str) -> int:
        """The version of the stream that a command is sent to."""
        if command in Partnership.commands:
            return len(self.of_partnership("/events", limit=1000)["events"])
        return int(self.get()["version"])

    def of_partnership(self, path: str = "", **query: Any) -> dict[str, Any]:
        """What is read of the partnership."""
        answer = self.http.get(f"/api/v1/partnerships/{self.partnership_id}{path}", params=query)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def need(self, need_id: str) -> dict[str, Any]:
        return next(each for each in self.of_partnership("/needs")["needs"] if each["need_id"] == need_id)

    def intention(self, intention_id: str) -> dict[str, Any]:
        found = self.of_partnership("/intentions")["intentions"]
        return next(each for each in found if each["intention_id"] == intention_id)

    def get(self, path: str = "", **query: Any) -> dict[str, Any]:
        answer = self.http.get(f"/api/v1/agreements/{self.agreement_id}{path}", params=query)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def term(self, term_id: str) -> dict[str, Any]:
        return next(term for term in self.get()["terms"] if term["term_id"] == term_id)

    def proposal(self, proposal_id: str) -> dict[str, Any]:
        return self.get(f"/proposals/{proposal_id}")

    def objection(self, objection_id: str) -> dict[str, Any]:
        return next(each for each in self.get("/conflicts")["conflicts"] if each["objection_id"] == objection_id)

    def accept(self, proposal_id: str, **more: Any) -> dict[str, Any]:
        fingerprint = self.proposal(proposal_id)["fingerprint"]
        return self.do("accept_proposal", proposal_id=proposal_id, fingerprint=fingerprint, **more)
