"""The templates: one a thing, used by the first page load and by the live update alike."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.runtime import Context

from domain.times import moment_of
from web import door_words, room_words
from web.buttons import opens, sends
from web.visible import redlined, visible
from web.wording import gettext, ngettext

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(moment: str) -> str:
    """A moment as it is shown where nothing makes it local: 2 Mar 2026, 09:00 UTC."""
    at = moment_of(moment)
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}, {at.hour:02}:{at.minute:02} UTC"


def moment(written: str) -> str:
    """A moment that binds, the same for everybody who reads it: 2 March 2026, 09:00:05 UTC."""
    at = moment_of(written)
    return f"{at:%-d %B %Y, %H:%M:%S} UTC"


def until(moment: str) -> str:
    """The end of a deadline; one at midnight is that of the day before (protocol.md, Times): 2 Mar 2026, 24:00 UTC."""
    at = moment_of(moment)
    return f"{last_day(moment)}, 24:00 UTC" if at.hour == at.minute == at.second == 0 else day(moment)


def last_day(moment: str) -> str:
    """The day before which nothing ends: 2 Mar 2026."""
    at = moment_of(moment) - timedelta(microseconds=1)
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"


def duration_count(iso: str) -> str:
    """How many days, weeks, months or years; empty for a duration of several units."""
    found = re.fullmatch(r"P([0-9]+)[YMWD]", iso)
    return found[1] if found else ""


class _Context(Context):
    """Calls what templates call as it is: nothing of ours wants the context passed, and looking for that takes a tenth
    of the time."""

    def call(
        self, callee: Callable[..., Any], *args: Any, _loop_vars: Any = None, _block_vars: Any = None, **named: Any
    ) -> Any:
        return callee(*args, **named)


class _Environment(Environment):
    context_class = _Context

    def getattr(self, obj: Any, attribute: str) -> Any:
        """What a body says, where the like-named method of a dictionary is not what a template means."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        try:
            return getattr(obj, attribute)
        except AttributeError:
            return super().getattr(obj, attribute)


templates = _Environment(
    loader=PackageLoader("web", "templates"),
    autoescape=True,
    auto_reload=False,
    undefined=StrictUndefined,
    cache_size=-1,
    trim_blocks=True,
    lstrip_blocks=True,
)
templates.filters["invoke"] = lambda each, how: how(each)
templates.filters |= {
    "day": day,
    "moment": moment,
    "until": until,
    "last_day": last_day,
    "duration_count": duration_count,
}


def compile_all() -> None:
    """Compile every template now, so that nobody waits for the first time that one is used."""
    for name in templates.list_templates(extensions=["html"]):
        templates.get_template(name)


templates.globals |= {"_": gettext, "ngettext": ngettext, "room_words": room_words, "door_words": door_words}
templates.globals |= {"opens": opens, "sends": sends, "clause_alone": False}
templates.globals |= {"visible": visible, "runs": redlined}
_macros = templates.get_template("macros.html").module
templates.globals |= {
    name: getattr(_macros, name) for name in ("changes", "spoken", "at", "ends_at", "signed_at", "seal")
}
"""So that no template has to import them."""
