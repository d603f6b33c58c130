"""People and their access: names outside the log, tokens and invitations hashed, sessions as revocable rows."""

from __future__ import annotations

import hashlib
import hmac
import secrets as randomness
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Engine, Row, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import Executable

from domain.ids import PartnershipId, ShareId
from domain.times import moment_of, written
from server.log import beside as t
from server.seat import Seat


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that signs a member in. leads_to: the page to land on."""

    seat: Seat
    reusable: bool
    leads_to: str | None
    used: bool
    expired: bool


class Shared(NamedTuple):
    """What is shown to outsiders by a link."""

    share_id: ShareId
    partnership_id: PartnershipId


def hashed(secret: str) -> str:
    """What is kept of a token or invitation."""
    return hashlib.sha256(secret.encode()).hexdigest()


def fresh_secret() -> str:
    return randomness.token_urlsafe(32)


KEY_CHECK = "key_check"
"""Under which is kept what tells whether a key is the one with which sealed words are encrypted."""


class Identity:
    """Answers who somebody is, and writes what is used up or ended; what comes with events is handed to the writer."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reading = engine
        """For single questions: on PostgreSQL the beginning and the end of a transaction are messages of their own."""
        if engine.dialect.name == "postgresql":
            self._reading = engine.execution_options(isolation_level="AUTOCOMMIT")

    def by_token(self, token: str) -> Seat | None:
        row = self._first(
            select(t.tokens.c.member_id, t.tokens.c.partnership_id).where(
                t.tokens.c.hash == hashed(token), t.tokens.c.revoked_at.is_(None)
            )
        )
        return Seat(row[0], row[1]) if row else None

    def by_session(self, session_id: str, now: datetime) -> Seat | None:
        row = self._first(
            select(t.sessions.c.member_id, t.sessions.c.partnership_id).where(
                t.sessions.c.session_id == session_id,
                t.sessions.c.revoked_at.is_(None),
                t.sessions.c.expires_at > written(now),
            )
        )
        return Seat(row[0], row[1], session_id) if row else None

    def invitation(self, secret: str, now: datetime) -> Invitation | None:
        row = self._first(select(t.invitations).where(t.invitations.c.hash == hashed(secret)))
        if row is None:
            return None
        kept = row._mapping
        return Invitation(
            Seat(kept["member_id"], kept["partnership_id"]),
            bool(kept["reusable"]),
            kept["leads_to"],
            used=kept["used_at"] is not None and not kept["reusable"],
            expired=kept["expires_at"] <= written(now),
        )

    def enter(self, secret: str, invitation: Invitation, session_id: str, now: datetime, days: int, first: str) -> bool:
        """Sign a member in by an invitation: it is used up, the session begins, and the token of its party's first
        member dies, all or nothing. False where somebody else was first, or it has expired: the database decides.

        first: the member_id of the first member of the same party."""
        with self._engine.begin() as connection:
            if not invitation.reusable:
                used = connection.execute(
                    update(t.invitations)
                    .where(
                        t.invitations.c.hash == hashed(secret),
                        t.invitations.c.used_at.is_(None),
                        t.invitations.c.expires_at > written(now),
                    )
                    .values(used_at=written(now))
                )
                if used.rowcount != 1:
                    return False
            connection.execute(
                insert(t.sessions).values(
                    session_id=session_id,
                    member_id=invitation.seat.member_id,
                    partnership_id=invitation.seat.partnership_id,
                    made_at=written(now),
                    expires_at=written(now + timedelta(days=days)),
                )
            )
            connection.execute(
                update(t.tokens)
                .where(t.tokens.c.member_id == first, t.tokens.c.until_entry, t.tokens.c.revoked_at.is_(None))
                .values(revoked_at=written(now))
            )
            return True

    def share(self, secret: str) -> Shared | None:
        """What a link to outsiders shows, None where there is no such link."""
        links = t.share_links
        row = self._first(select(links.c.share_id, links.c.partnership_id).where(links.c.hash == hashed(secret)))
        return Shared(ShareId(row[0]), PartnershipId(row[1])) if row else None

    def has_token(self, member_id: str) -> bool:
        """Whether a token of a member is good."""
        good = select(t.tokens.c.member_id).where(t.tokens.c.member_id == member_id, t.tokens.c.revoked_at.is_(None))
        return self._first(good) is not None

    def session_ends(self, session_id: str) -> datetime:
        """When a session expires, or was signed out."""
        ends = select(t.sessions.c.expires_at, t.sessions.c.revoked_at).where(t.sessions.c.session_id == session_id)
        row = self._first(ends)
        assert row, "a session is never deleted"
        return min(moment_of(each) for each in row if each)

    def end_session(self, session_id: str, now: datetime) -> None:
        with self._engine.begin() as connection:
            connection.execute(
                update(t.sessions).where(t.sessions.c.session_id == session_id).values(revoked_at=written(now))
            )

    def end_sessions(self, member_id: str, now: datetime) -> None:
        """Sign a member out everywhere; links that would sign in again, and are not used yet, are void."""
        with self._engine.begin() as connection:
            connection.execute(
                update(t.invitations)
                .where(t.invitations.c.member_id == member_id, t.invitations.c.reusable.is_(False))
                .where(t.invitations.c.expires_at > written(now))
                .values(expires_at=written(now))
            )
            connection.execute(
                update(t.sessions)
                .where(t.sessions.c.member_id == member_id, t.sessions.c.revoked_at.is_(None))
                .values(revoked_at=written(now))
            )

    def by_email(self, email: str) -> list[Seat]:
        """The members that an address is known of, in every partnership."""
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(t.people.c.member_id, t.people.c.partnership_id).where(
                    func.lower(t.people.c.email) == email.strip().lower()
                )
            )
            return [Seat(row[0], row[1]) for row in rows]

    def names(self, partnership_id: str) -> dict[str | None, str]:
        """Names of a partnership's members by id; an erased person has none."""
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(t.people.c.member_id, t.people.c.name).where(t.people.c.partnership_id == partnership_id)
            )
            return {row[0]: row[1] for row in rows}

    def secret(self, name: str, first: str | None = None) -> str:
        """A secret of this installation, made on first use, or `first` then; the host token is one. Of nodes that start
        at once, the database takes one's."""
        kept = self.kept_secret(name)
        if kept is None:
            with self._engine.begin() as connection:
                make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
                made = make(t.secrets).values(name=name, value=first or fresh_secret())
                connection.execute(made.on_conflict_do_nothing())
            kept = self.kept_secret(name)
        assert kept
        return kept

    def replace_secret(self, name: str, value: str) -> None:
        """Keep another value under a name."""
        with self._engine.begin() as connection:
            connection.execute(delete(t.secrets).where(t.secrets.c.name == name))
            connection.execute(insert(t.secrets).values(name=name, value=value))

    def kept_secret(self, name: str) -> str | None:
        """What is kept under a name, None when nothing is."""
        row = self._first(select(t.secrets.c.value).where(t.secrets.c.name == name))
        return str(row[0]) if row else None

    def is_host_token(self, token: str) -> bool:
        return hmac.compare_digest(self.secret("host_token").encode(), token.encode())

    def _first(self, statement: Executable) -> Row[*tuple[Any, ...]] | None:
        with self._reading.connect() as connection:
            return connection.execute(statement).first()


def person(member_id: str, partnership_id: str, name: str, email: str | None) -> Executable:
    return insert(t.people).values(member_id=member_id, partnership_id=partnership_id, name=name, email=email)


def secret_row(name: str, value: str) -> Executable:
    return insert(t.secrets).values(name=name, value=value)


def token_row(secret: str, seat: Seat, now: datetime, *, until_entry: bool = False) -> Executable:
    """until_entry: it dies when somebody of the same party first signs in by a link."""
    return insert(t.tokens).values(
        hash=hashed(secret),
        member_id=seat.member_id,
        partnership_id=seat.partnership_id,
        made_at=written(now),
        until_entry=until_entry,
    )


def share_row(secret: str, share_id: ShareId, partnership_id: PartnershipId) -> Executable:
    return insert(t.share_links).values(hash=hashed(secret), share_id=share_id, partnership_id=partnership_id)


def invitation_row(
    secret: str, seat: Seat, now: datetime, lasts: timedelta, *, reusable: bool = False, leads_to: str | None = None
) -> Executable:
    return insert(t.invitations).values(
        hash=hashed(secret),
        member_id=seat.member_id,
        partnership_id=seat.partnership_id,
        made_at=written(now),
        expires_at=written(now + lasts),
        reusable=reusable,
        leads_to=leads_to,
    )
