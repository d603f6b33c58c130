"""Refusals and faults as HTTP answers (RFC 9457) and as frames."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from domain.refusals import Code, Refusal
from server.faults import Fault, Kept
from server.logs import log
from web import door_words as words
from web.templates import templates
from web.wording import gettext

_STATUS = {
    Code.MALFORMED: 400,
    Code.NOT_SIGNED_IN: 401,
    Code.NOT_AUTHORISED: 403,
    Code.OUTSIDE_MANDATE: 403,
    Code.OBSERVER_READ_ONLY: 403,
    Code.NOT_FOUND: 404,
    Code.TOO_LARGE: 413,
    Code.TOO_MANY: 429,
}


def problem(refusal: Refusal) -> Response:
    """application/problem+json with code, detail, next, and changed for a stale view."""
    status = status_of(refusal.code)
    body = {"type": "about:blank", "title": refusal.code, "status": status, **said(refusal)}
    headers = {"Retry-After": "1"} if status == 429 else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(orjson.dumps(body), status, headers, "application/problem+json")


def status_of(code: Code) -> int:
    """The HTTP status of a refusal: 409 for those of the domain."""
    return _STATUS.get(code, 409)


def said(refusal: Refusal) -> dict[str, Any]:
    words: dict[str, Any] = {"code": refusal.code, "detail": refusal.detail, "next": refusal.next_step}
    return words | ({"changed": refusal.changed} if refusal.changed else {})


async def on_refusal(request: Request, error: Exception) -> Response:
    """A refusal in the form that was asked for: a page, a fragment of one, or a problem."""
    assert isinstance(error, Refusal)
    return _told(request, status_of(error.code), error.detail, error.next_step) or problem(error)


async def on_http_error(request: Request, error: Exception) -> Response:
    """An address or a method that nothing answers to."""
    assert isinstance(error, HTTPException)
    nothing = words.NOTHING_HERE
    if "/api/" not in request.url.path:
        page = _told(request, error.status_code, gettext(nothing), gettext(words.OPEN_A_LINK))
        return page or PlainTextResponse(f"{nothing}\n", error.status_code, error.headers)
    if error.status_code == 405:
        body = {"code": Code.MALFORMED, "detail": f"{request.method} is not for this address."}
    else:
        body = {"code": Code.NOT_FOUND, "detail": nothing}
    told = {"type": "about:blank", "title": body["code"], "status": error.status_code, **body}
    told["next"] = "See /api/openapi.json for what there is."
    return Response(orjson.dumps(told), error.status_code, error.headers, "application/problem+json")


async def on_fault(request: Request, error: Exception) -> Response:
    """A fault, with what is known of what was kept, and what to do."""
    fault = error if isinstance(error, Fault) else Fault(error)
    log.error("fault", fault=fault.id, kept=fault.kept, method=request.method, exc_info=error)
    what, next_step = _what_was_kept(request, fault.kept)
    told = gettext(what) + " " + gettext(words.NUMBER, number=fault.id)
    if page := _told(request, 500, told, gettext(next_step)):
        return page
    detail = f"{what} {words.NUMBER % {'number': fault.id}}"
    body = {
        "type": "about:blank",
        "title": "fault",
        "status": 500,
        "code": "fault",
        "detail": detail,
        "next": next_step,
    }
    return Response(orjson.dumps(body), 500, media_type="application/problem+json")


def _what_was_kept(request: Request, kept: Kept) -> tuple[str, str]:
    """A sentence, and the next step."""
    if request.method in ("GET", "HEAD"):
        return words.READING, words.TRY_AGAIN
    is_command = request.url.path.endswith("/commands")
    again = words.SEND_AGAIN if is_command else words.TRY_AGAIN
    match kept:
        case Kept.NO:
            return words.KEPT[kept], again
        case Kept.YES:
            return words.KEPT[kept], words.RELOAD
    return words.KEPT[kept], again if is_command else words.LOOK_FIRST


def _told(request: Request, status: int, detail: str, next_step: str) -> Response | None:
    """For a person at a page: a whole one, or what htmx puts beside the control; None for a program."""
    if "text/html" not in request.headers.get("accept", ""):
        return None
    template = "forms/refused.html" if "hx-request" in request.headers else "door/refused.html"
    back = getattr(request.state, "back", None)  # where a page was asked for, once its reader was let in
    page = templates.get_template(template).render(detail=detail, next=next_step, back=back)
    return HTMLResponse(page, status, {"Cache-Control": "no-store"})
