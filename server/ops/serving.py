"""Serves a database over HTTP until interrupted."""

from __future__ import annotations

import gc
import socket
import sys
from collections.abc import Callable, Mapping

import click
import uvicorn
from starlette.types import ASGIApp

from server.doors.app import create_app
from server.live.frames import ReadyFrames
from server.log.database import Database
from server.settings import Settings
from web.fragments import DemoNotice


def run(
    database: Database,
    settings: Settings,
    announce: Callable[[str], None],
    demo_notices: Mapping[str, DemoNotice] | None = None,
) -> None:
    """Serve until interrupted; announce is called with the URL once connections are accepted."""
    listening = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except socket.gaierror as error:
        raise click.ClickException(f"ONETEXT_HOST: {settings.host} is no address here: {error.strerror}.") from None
    except OSError as error:
        at = f"{settings.host}:{settings.port}"
        raise click.ClickException(f"ONETEXT_PORT: {at} cannot be used: {error.strerror}. Try --port 0.") from None
    url = f"http://{settings.host}:{listening.getsockname()[1]}"
    app = create_app(database, settings, demo_notices=demo_notices)
    server = _Server(uvicorn_config(app), announce=lambda: announce(url))
    server.run(sockets=[listening])
    if not server.started:
        sys.exit(1)


def uvicorn_config(app: ASGIApp) -> uvicorn.Config:
    """uvicorn with the defaults changed that would hurt: compression, frame size, and a log that shows links."""
    return uvicorn.Config(
        app,
        ws=ReadyFrames,
        ws_per_message_deflate=False,
        ws_max_size=1024 * 1024,
        access_log=False,
        log_config=None,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=5,
    )


def _collect_seldom() -> None:
    """Look for cyclic garbage seldom: folds and read models live long and have no cycles, but are walked each time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 100)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            _collect_seldom()
            self._announce()
            sys.stdout.flush()
