"""Settings: flags, then ONETEXT_* variables, then a file, then what stands here. Every limit is one of them."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

PREFIX = "ONETEXT_"
FILE_VARIABLE = "ONETEXT_CONFIG"
"""Names the file; without it, onetext.toml in the working directory is read where there is one."""


_OF_OTHERS = ("ONETEXT_SITE", "ONETEXT_NODES", "ONETEXT_TEST_POSTGRES")
"""Variables of the Caddyfile and of the tests."""


class WrongSettings(Exception):
    """Says of each wrong setting its variable, and why."""


class Settings(BaseSettings):
    """How one node runs. Sizes in bytes, times in seconds, rates for a member and second (0 switches them off)."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="forbid")

    database: str = Field("sqlite:///onetext.db", description="sqlite:///FILE or postgresql://USER@HOST/NAME.")
    key_file: Path | None = Field(
        None,
        description="The file with the key of this installation, which its nodes share: 64 hexadecimal digits. Made "
        "where there is none; none named, onetext/key among the user's data.",
    )
    templates: Path | None = Field(
        None, description="A folder with texts in Markdown that are offered for new agreements, beside those shipped."
    )
    fonts: Path | None = Field(
        None, description="A folder with fonts for PDF, beside those of the system: put what your languages need there."
    )
    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="The port to listen on; 0 picks a free one.")
    public_url: str | None = Field(None, description="Where members reach this node, when a proxy stands before it.")
    log_format: Literal["text", "json"] = Field(
        "text", description="How the log is written: text, or one JSON object a line."
    )
    rate_commands: int = Field(200, ge=0, description="Commands of one member in a second; 0 for no limit.")
    rate_requests: int = Field(400, ge=0, description="Reads of one member in a second; 0 for no limit.")
    slow_reader_frames: int = Field(256, ge=1, description="Frames that wait for one connection before it is cut off.")
    commands_in_flight: int = Field(64, ge=1, description="Commands of one socket that wait for the disk at a time.")
    package_items: int = Field(
        500, ge=1, description="Things that one command may list: clauses, proposals, references."
    )
    import_clauses: int = Field(5000, ge=1, description="Clauses of one import.")
    invitation_days: int = Field(14, ge=1, le=3650, description="Days until an invitation expires.")
    session_days: int = Field(30, ge=1, le=3650, description="Days until a session expires.")
    sign_in_minutes: int = Field(30, ge=1, le=1440, description="Minutes until a link that signs in again expires.")
    smtp_url: str | None = Field(
        None,
        description="smtp://USER:PASSWORD@HOST:PORT or smtps://…; none, no e-mail. Needs ONETEXT_PUBLIC_URL.",
    )
    mail_from: str = Field("onetext@localhost", description="The sender of e-mail.")

    @field_validator("public_url")
    @classmethod
    def _begins_links(cls, given: str | None) -> str | None:
        if given is not None and not re.fullmatch(r"https?://[^\s/?#]+/?", given):
            raise ValueError("It must be an address without a path, such as https://onetext.example.org")
        return given

    @field_validator("smtp_url")
    @classmethod
    def _names_a_server(cls, given: str | None) -> str | None:
        try:
            names = given is None or (
                re.match("smtps?://", given) and urlsplit(given).hostname and (urlsplit(given).port or 1)
            )
        except ValueError:
            names = False
        if not names:
            raise ValueError("It must be like smtp://USER:PASSWORD@HOST:PORT")
        return given

    @field_validator("mail_from")
    @classmethod
    def _is_an_address(cls, given: str) -> str:
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", given):
            raise ValueError("It must be an e-mail address")
        return given

    @model_validator(mode="after")
    def _know_what_links_begin_with(self) -> Settings:
        if self.smtp_url and not self.public_url:
            raise ValueError("ONETEXT_SMTP_URL needs ONETEXT_PUBLIC_URL too: the links in e-mails begin with it.")
        return self

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *others: Any, **more: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        environment = more.get("env_settings") or others[0]
        return init_settings, environment, TomlConfigSettingsSource(settings_cls, _file())


def read_settings(**flags: object) -> Settings:
    """The settings of this process; flags that are None were not given. Raises WrongSettings."""
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        raise WrongSettings("\n".join(_told(each) for each in error.errors())) from None
    except OSError as error:
        raise WrongSettings(f"{FILE_VARIABLE}: {_file()} cannot be read: {error.strerror}.") from None
    except ValueError as error:  # a file that is no TOML
        raise WrongSettings(f"{_file()}: {error}") from None


def unknown_variables() -> list[str]:
    """Variables that look like settings and are none."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | {FILE_VARIABLE, *_OF_OTHERS}
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)


def _file() -> Path | None:
    named = os.environ.get(FILE_VARIABLE)
    if named and not Path(named).is_file():
        raise WrongSettings(f"{FILE_VARIABLE}: there is no file {named}.")
    return Path(named or "onetext.toml")


def _told(error: Any) -> str:
    if not error["loc"]:
        return str(error["msg"]).removeprefix("Value error, ")
    name = ".".join(map(str, error["loc"]))
    if error["type"] == "extra_forbidden":
        return f"{name}: there is no such setting. onetext settings lists them."
    given = "" if name in ("database", "smtp_url") else f", not {error['input']!r}"  # these hold passwords
    why = error["msg"].removeprefix("Value error, ")
    return f"{PREFIX}{name.upper()} (or {name} in the file): {why}{given}."
