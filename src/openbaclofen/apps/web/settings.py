"""What an operator chooses goes in; the settings and limits of one service come out."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True)
class Limits:
    """How much one request may ask for. numbers: people x times held at once. Times are in seconds."""

    body_bytes: int = 1000 * 1000
    text_characters: int = 100 * 1000
    people: int = 10 * 1000
    people_in_job: int = 100 * 1000
    days: int = 1100
    numbers: int = 2 * 1000 * 1000
    numbers_in_job: int = 5 * 1000 * 1000
    regimens: int = 4
    waiting: int = 32
    checks_waiting: int = 200
    jobs: int = 100
    check_s: int = 10
    answer_s: int = 60
    job_s: int = 15 * 60
    kept_s: int = 15 * 60


@dataclass(frozen=True)
class Trust:
    """Which record systems may call the hooks. jwks: a file with their public keys (JSON Web Key Set); audience: our address.

    None of it: anyone may call (said loudly at the start).
    """

    issuers: tuple[str, ...] = ()
    jwks: Path | None = None
    audience: str = ""

    @property
    def asked(self) -> bool:
        """Whether a token is demanded."""
        return self.jwks is not None


@dataclass(frozen=True)
class Settings:
    """workers: processes that simulate; niceness: by how much they give way. origins: of pages elsewhere that may call the
    hooks; region: whose rules those apply. static: the built page. warm: whether workers warm up."""

    workers: int = 2
    niceness: int = 10
    origins: tuple[str, ...] = ()
    region: str = "INT"
    trust: Trust = field(default_factory=Trust)
    limits: Limits = field(default_factory=Limits)
    static: Path = STATIC
    warm: bool = True
