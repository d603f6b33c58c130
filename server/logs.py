"""The log of a node: one fact a line, as text or as JSON, with ids and never with words.

Exceptions are told by their types and by where they were raised, since their messages may quote what somebody wrote, or
a secret that was to be kept. So may what libraries say: of theirs, what is fixed is told, and nothing that was put in.
"""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("onetext")

FRAMES = 12
"""How many of the innermost frames of an exception are told."""


def configure(form: str) -> None:
    """Write the log to standard error; form: text or json."""
    told: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_messages,
    ]
    renderer: Processor = structlog.processors.JSONRenderer()
    if form == "text":
        renderer = structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    structlog.configure(
        processors=[*told, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_without_what_was_put_in, *told],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers, root.level = [handler], logging.WARNING
    logging.getLogger("onetext").setLevel(logging.INFO)


def _without_what_was_put_in(_: Any, __: str, told: EventDict) -> EventDict:
    """Of a library's line: the library, and its words before anything was put into them."""
    record: logging.LogRecord = told["_record"]
    fixed = str(record.msg).split("\n")[0] if record.args or _is_fixed(record) else "(not shown: it may quote data)"
    told["event"] = fixed
    told["logger"] = record.name
    return told


def _is_fixed(record: logging.LogRecord) -> bool:
    """Whether a line without arguments is one that stands so in the library: what is put together at run time is not
    among the constants of the function that says it."""
    try:
        frame = sys._getframe()
        while frame and frame.f_code.co_filename != record.pathname:
            frame = frame.f_back  # type: ignore[assignment]
        return frame is not None and record.msg in frame.f_code.co_consts
    except ValueError:
        return False


def _without_messages(_: Any, __: str, told: EventDict) -> EventDict:
    """Instead of an exception: its type, those of what caused it, and where it was raised."""
    given = told.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if not isinstance(error, BaseException):
        return told
    chain = [error]
    while cause := chain[-1].__cause__ or chain[-1].__context__:
        chain.append(cause)
    frames = traceback.extract_tb(chain[-1].__traceback__)[-FRAMES:]
    told["error"] = " from ".join(_named(each) for each in chain)
    told["raised"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return told


def _named(error: BaseException) -> str:
    """The type, and for an error of PostgreSQL its SQLSTATE."""
    state = getattr(error, "sqlstate", None)
    return f"{type(error).__name__} {state}" if state else type(error).__name__
