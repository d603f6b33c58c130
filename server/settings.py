"""Settings: flags, ONETEXT_* variables. Every limit is one of them."""

from __future__ import annotations

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """How one node runs. Sizes in bytes, times in seconds, rates for a member and second (0 switches them off)."""

    model_config = SettingsConfigDict(env_prefix="ONETEXT_", extra="ignore")

    database: str = Field("sqlite:///onetext.db", description="sqlite:///FILE or postgresql://USER@HOST/NAME.")
    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="The port to listen on; 0 picks a free one.")
    public_url: str | None = Field(None, description="Where members reach this node, when a proxy stands before it.")
    rate_commands: int = Field(200, ge=0, description="Commands of one member in a second; 0 for no limit.")
    rate_requests: int = Field(400, ge=0, description="Reads of one member in a second; 0 for no limit.")
    slow_reader_frames: int = Field(256, ge=1, description="Frames that wait for one connection before it is cut off.")
    commands_in_flight: int = Field(64, ge=1, description="Commands of one socket that wait for the disk at a time.")
    invitation_days: int = Field(14, ge=1, description="Days until an invitation expires.")
    session_days: int = Field(30, ge=1, description="Days until a session expires.")
    sign_in_minutes: int = Field(30, ge=1, description="Minutes until a link that signs in again expires.")
    smtp_url: str | None = Field(
        None,
        pattern="^smtps?://",
        description="smtp://USER:PASSWORD@HOST:PORT or smtps://…; none, no e-mail.",
    )
    mail_from: str = Field("onetext@localhost", description="The sender of e-mail.")

    @model_validator(mode="after")
    def _know_what_links_begin_with(self) -> Settings:
        if self.smtp_url and not self.public_url:
            raise ValueError("ONETEXT_SMTP_URL needs ONETEXT_PUBLIC_URL too: the links in e-mails begin with it.")
        return self
