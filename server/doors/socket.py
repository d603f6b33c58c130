"""The live WebSocket: commands in, events or fragments out, each exactly once and in order."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from domain.agreement import Agreement
from domain.fields import Flag, Object, Reference, is_storable
from domain.partnership import Partnership
from domain.refusals import Refusal, malformed
from server.deciding.workspace import is_long
from server.doors.access import LARGE, SEAT_PATH, RateLimit, decoded, is_foreign, locale_of, who
from server.doors.problems import said
from server.faults import Fault
from server.live.connection import Connection
from server.live.frames import event_frame, text_frame
from server.live.rooms import Room, close_for
from server.log.store import some_events
from server.logs import log
from server.node import Node
from server.seat import Seat

JSON, HTML = "onetext.json.v1", "onetext.html.v1"
PAGE = 500
PRESENCE = Object({"at": Reference(), "shown": Flag()}, optional=("at", "shown"))


def live_routes(live: Live) -> list[BaseRoute]:
    """The paths of the live socket: a program's, and a member's page's."""
    routes: list[BaseRoute] = []
    for kind in (Agreement.KIND, Partnership.KIND):
        route = WebSocketRoute(f"/{kind}s/{{{kind}_id}}/live", live)
        route.app = live  # as it is, without what would turn exceptions into answers
        routes.append(route)
    return [*routes, Mount(SEAT_PATH, routes=routes)]


class _Turned(Exception):
    """Turned away, with a close code and a reason."""


@dataclass(frozen=True, slots=True)
class _Admitted:
    """kind: of the stream; after: the version to go on from, of a page what it shows; newest: that of the newest event;
    shown: whether to be shown as present; reads: the mark of the page, if it tells it; locale: how its reader writes
    numbers."""

    seat: Seat
    kind: str
    stream: str
    after: int
    newest: int
    html: bool
    shown: bool
    reads: str | None
    locale: str


class Live:
    """The endpoints /agreements/ID/live?after=V and /partnerships/ID/live?after=V."""

    def __init__(self, node: Node, commands: RateLimit) -> None:
        self.node, self.commands = node, commands

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application."""
        if admitted := await self._opened(WebSocket(scope, receive, send)):
            await self._attend(admitted, receive, send)

    async def _opened(self, websocket: WebSocket) -> _Admitted | None:
        """Answer the upgrade; None for whoever was turned away."""
        if is_foreign(self.node.settings, websocket):
            await websocket.send_denial_response(Response("This page may not connect here.", 403))
            return None
        offered = websocket.scope.get("subprotocols", [])
        subprotocol = next((each for each in offered if each in (JSON, HTML)), None)
        try:
            # Judged before the upgrade is answered: whoever is connected is sent whatever is recorded from then on.
            admitted = await self._admitted(websocket, html=subprotocol == HTML)
        except _Turned as turned:
            await websocket.accept(subprotocol)
            await websocket.close(*turned.args)
            return None
        await websocket.accept(subprotocol)
        return admitted

    async def _admitted(self, websocket: WebSocket, *, html: bool) -> _Admitted:
        seat = await who(self.node, websocket)
        if seat is None:
            raise _Turned(4401, "not signed in")
        kind, stream = _addressed(websocket.path_params)
        try:
            await self.node.workspace.refuse_foreign(seat, kind, stream)
        except Refusal:
            raise _Turned(4404, f"no such {kind}") from None
        await self.node.workspace.let_clock_record(stream)
        newest = await self.node.workspace.newest_version(stream)
        asked = websocket.query_params
        is_home = html and kind == Partnership.KIND
        after = _after(asked.get("after"), await self.node.audiences.position(kind, stream) if is_home else newest)
        if after is None:
            if is_home:
                self.node.audiences.turned_away(kind, stream)
            raise _Turned(4400, "bad after")
        shown = asked.get("shown") != "false"
        return _Admitted(seat, kind, stream, after, newest, html, shown, asked.get("reads"), locale_of(websocket))

    async def _attend(self, admitted: _Admitted, receive: Receive, send: Send) -> None:
        metrics, seat, stream = self.node.metrics, admitted.seat, admitted.stream
        connection = Connection(send, seat, self.node.settings.slow_reader_frames, metrics.slow_disconnects.inc)
        connection.position, connection.shown = admitted.after, admitted.shown
        audience = self.node.audiences.of(seat, admitted.locale) if admitted.html else None
        if audience and admitted.reads not in (None, self.node.audiences.mark_of(admitted.kind, audience)):
            connection.position = 0  # its page was made for other mandates or names: it gets everything
        room = self.node.rooms.room(stream, admitted.kind)
        room.enter(connection, audience)
        metrics.connections.inc()
        visit = _Visit(self.node, self.commands, seat, connection, room)
        connection.push(_frame({"type": "hello", "version": admitted.newest}))
        try:
            if room.recent.version < admitted.newest:
                # Nobody was here when that came. Asked once the room is entered: what the tail hands on from now on
                # reaches it, what it did before is in the log.
                room.recent.reached(await self.node.workspace.newest_version(stream))
            if admitted.html:
                await self.node.audiences.catch_up(room, connection)
            else:
                await self._catch_up(room, connection)
            self.node.presence.changed(room)
            async with asyncio.timeout(await self._session_lasts(seat)):
                await visit.listen(receive)
        except TimeoutError:
            connection.close(4401, "the session has expired")
        except Exception as error:
            close_for(Fault(error), [connection])
        finally:
            connection.closed = True
            metrics.connections.dec()
            room.leave(connection)
            self.node.presence.changed(room)
            self.node.rooms.left(room)
            self.node.audiences.left(room)

    async def _session_lasts(self, seat: Seat) -> float | None:
        """Seconds until the session ends; None for a token, which lasts until it is revoked."""
        if seat.session_id is None:
            return None
        ends = await asyncio.to_thread(self.node.identity.session_ends, seat.session_id)
        return max((ends - self.node.clock()).total_seconds(), 0)

    async def _catch_up(self, room: Room, connection: Connection) -> None:
        """Send what happened since the position; afterwards `Room.publish` sends each event."""
        while connection.position < room.recent.version and not connection.closed:
            async with room.reading:
                if (frames := room.recent.after(connection.position)) is None:
                    frames, reached = await self._read(room, connection.position)
                else:
                    reached = room.recent.version
            connection.push(frames)
            connection.reached(reached)
            await connection.drained()
        connection.live = True

    async def _read(self, room: Room, after: int) -> tuple[bytes, int]:
        """The frames of events after a version, and the version of the last of them."""
        page = await asyncio.to_thread(some_events, self.node.database.log, UUID(room.stream), after, PAGE)
        frames = [event_frame(each.originator_version, each.state) for each in page]
        room.recent.prepend(after + 1, frames)
        return b"".join(frames), page[-1].originator_version


class _Visit:
    """One member's frames on one socket."""

    __slots__ = ("_in_flight", "_tasks", "commands", "connection", "node", "room", "seat")

    def __init__(
        self,
        node: Node,
        commands: RateLimit,
        seat: Seat,
        connection: Connection,
        room: Room,
    ) -> None:
        self.node, self.commands, self.seat = node, commands, seat
        self.connection, self.room = connection, room
        self._in_flight = asyncio.Semaphore(node.settings.commands_in_flight)
        self._tasks: set[asyncio.Task[None]] = set()

    async def listen(self, receive: Receive) -> None:
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            if text is None:
                text = message.get("bytes") or b""
            raw = await self._decoded(text)
            if isinstance(raw, dict) and raw.get("type") == "presence":
                self._presence(raw)
            elif raw is not None:
                await self._in_flight.acquire()
                task = asyncio.create_task(self._command(raw))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
                if len(text) > LARGE or is_long(raw):
                    await asyncio.wait([task])  # a thread reads it: what comes behind must not overtake it

    async def _decoded(self, text: str | bytes) -> Any:
        try:
            raw = await decoded(text)
            if not isinstance(raw, dict):
                raise malformed("A frame must be a JSON object.")
        except Refusal as refusal:
            self._refused(None, refusal)
            return None
        return raw

    def _presence(self, raw: dict[str, Any]) -> None:
        try:
            self.commands.count(self.seat.member_id)
            asked = PRESENCE.read({key: value for key, value in raw.items() if key != "type"}, "")
        except Refusal as refusal:
            self._refused(None, refusal)
            return
        self.connection.at = asked.get("at")
        self.connection.shown = asked.get("shown", self.connection.shown)
        self.node.presence.changed(self.room)

    async def _command(self, raw: dict[str, Any]) -> None:
        command_id = _echoed(raw.get("command_id"))
        try:
            self.commands.count(self.seat.member_id)
            with self.node.metrics.timing_command():
                recorded = await self.node.workspace.on(self.room.kind, self.seat, self.room.stream, raw)
            frame = _frame({"type": "recorded", "command_id": command_id, "version": recorded.version})
            self.connection.push_after(recorded.version, frame)
        except Refusal as refusal:
            self._refused(command_id, refusal)
        except Exception as error:
            fault = error if isinstance(error, Fault) else Fault(error)
            log.error("fault", fault=fault.id, stream=self.room.stream, command=command_id, exc_info=error)
            self.connection.close(1011, fault.id)
        finally:
            self._in_flight.release()

    def _refused(self, command_id: str | None, refusal: Refusal) -> None:
        self.connection.push(_frame({"type": "refused", "command_id": command_id, **said(refusal)}))


def _addressed(parts: Mapping[str, str]) -> tuple[str, str]:
    """The kind of the stream that a path names, and its id."""
    ((name, stream),) = [(name, each) for name, each in parts.items() if name != "seat"]
    return name.removesuffix("_id"), stream


def _echoed(command_id: Any) -> str | None:
    """A command_id as it can be sent back."""
    return command_id if isinstance(command_id, str) and is_storable(command_id) else None


def _frame(body: dict[str, Any]) -> bytes:
    return text_frame(orjson.dumps(body))


def _after(given: str | None, newest: int) -> int | None:
    if given is None:
        return newest
    if not (given.isascii() and given.isdigit() and len(given) < 17 and int(given) <= newest):
        return None
    return int(given)
