"""The key of an installation, with which is encrypted what its log must not tell: in a file that its nodes share, never
in the database, nor in a backup of it."""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

BYTES = 32


class KeyUnusable(Exception):
    """Says why the key cannot be read or made, or that it is another one, and what to do."""


class Keys:
    """Keys for one purpose each, from the one in the file."""

    def __init__(self, master: bytes) -> None:
        self._master = master

    def of(self, purpose: str) -> bytes:
        """32 bytes that tell nothing of the keys for other purposes."""
        return HKDF(SHA256(), BYTES, salt=None, info=f"onetext {purpose}".encode()).derive(self._master)

    @property
    def check(self) -> str:
        """What may be kept beside the data to tell whether a key is the one with which they were encrypted."""
        return hmac.digest(self.of("check"), b"onetext", "sha256").hex()


def default_file() -> Path:
    """Where the key is when no setting names its file: among the data of whoever runs the program."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "onetext" / "key"


def read_keys(named: Path | None) -> Keys:
    """The keys of this installation; the file is made where there is none. Raises KeyUnusable."""
    file = named or default_file()
    try:
        if not file.exists():
            _make(file)
        written = file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise KeyUnusable(
            f"ONETEXT_KEY_FILE: {file} cannot be read or made: {why}. Name a file that this program may read, with 64 "
            "hexadecimal digits: openssl rand -hex 32"
        ) from None
    try:
        master = bytes.fromhex(written)
    except ValueError:
        master = b""
    if len(master) != BYTES:
        raise KeyUnusable(f"ONETEXT_KEY_FILE: {file} holds no key. It has 64 hexadecimal digits: openssl rand -hex 32")
    return Keys(master)


def _make(file: Path) -> None:
    """Of several that start at once, one makes it; it is there whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as writing:
        writing.write(secrets.token_hex(BYTES) + "\n")
        writing.flush()
        os.fsync(writing.fileno())
    try:
        os.link(fresh, file)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
