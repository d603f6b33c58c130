"""kill -9 under load: nothing that was acknowledged is lost, nothing is doubled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import uuid
from pathlib import Path

import httpx

from tests.server.served import Program

ONETEXT = Path(sys.executable).with_name("onetext")


def start(url: str) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [ONETEXT, "serve", "--port", "0", "--database", url],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "ONETEXT_RATE_COMMANDS": "0", "ONETEXT_RATE_REQUESTS": "0"},
    )
    assert process.stdout
    line = process.stdout.readline()
    assert "listening on" in line
    return process, line.split()[-1]


def test_kill_9_under_load_loses_and_doubles_nothing(database_url: str) -> None:
    process, address = start(database_url)
    token = subprocess.run(
        [ONETEXT, "host-token", "--database", database_url], capture_output=True, text=True, check=True
    ).stdout.strip()
    formed = httpx.post(
        f"{address}/api/v1/partnerships",
        headers={"Authorization": f"Bearer {token}"},
        json={"kind": "alliance", "purpose": "", "parties": [{"name": "A"}, {"name": "B"}]},
    ).json()
    parties = [party["party_id"] for party in formed["parties"]]
    ada = Program(address, formed["tokens"][parties[0]], parties[0], formed["partnership_id"])
    ada.agreement_id = ada.open_agreement("Claims line")

    acknowledged: dict[str, int] = {}
    sent: set[str] = set()
    lock = threading.Lock()
    enough = threading.Event()

    def work() -> None:
        member = Program(address, ada.token, ada.party_id, ada.partnership_id, agreement_id=ada.agreement_id)
        while True:
            command_id = str(uuid.uuid4())
            with lock:
                sent.add(command_id)
            try:
                answer = member.post("open_term", command_id, heading="1 Hours")
            except httpx.HTTPError:
                return
            assert answer.status_code == 201, answer.text
            with lock:
                acknowledged[command_id] = answer.json()["version"]
                if len(acknowledged) >= 150:
                    enough.set()

    workers = [threading.Thread(target=work) for _ in range(6)]
    for each in workers:
        each.start()
    assert enough.wait(60)
    process.send_signal(signal.SIGKILL)
    process.wait()
    for each in workers:
        each.join(30)

    process, address = start(database_url)
    again = Program(address, ada.token, ada.party_id, ada.partnership_id, agreement_id=ada.agreement_id)
    kept: dict[str, int] = {}
    after = 1
    while events := again.get("/events", after=after, limit=1000)["events"]:
        for event in events:
            assert event["version"] == after + 1
            assert event["command_id"] not in kept, "recorded twice"
            kept[event["command_id"]] = event["version"]
            after = event["version"]
    assert {key: kept.get(key) for key in acknowledged} == acknowledged, "something acknowledged was lost"
    assert set(kept) <= sent
    for command_id in sent:
        answer = again.post("open_term", command_id, heading="1 Hours")
        assert answer.status_code == (200 if command_id in kept else 201)
    assert again.get()["version"] == 1 + len(sent)
    assert len(again.get()["terms"]) == len(sent)
    process.terminate()
    process.wait(20)
