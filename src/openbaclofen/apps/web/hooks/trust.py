"""The header of a call goes in; whether its token comes from a record system that may call is known afterwards.

CDS Hooks 2.0: a JSON Web Token signed with ES384 or RS384, with iss, aud, exp, iat and jti, used once.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import jwt
from jwt.exceptions import PyJWTError

from openbaclofen.apps.web.problems import ProblemError
from openbaclofen.apps.web.settings import Trust
from openbaclofen.errors import InputError

ALGORITHMS = ("ES384", "RS384")
NEEDED = ["iss", "aud", "exp", "iat", "jti"]
LONGEST_S = 5 * 60
CLOCKS_DIFFER_S = 30
MOST_REMEMBERED = 100 * 1000


class Gate:
    """Lets calls in. Tokens used are remembered until they expire."""

    def __init__(self, trust: Trust) -> None:
        self._trust = trust
        self._keys = _keys(trust.jwks) if trust.jwks is not None else {}
        self._used: dict[tuple[str, str], float] = {}

    def admit(self, header: str, path: str) -> None:
        """Errors: ProblemError 'unauthorised' where a token is asked for and this is none that may be used."""
        if not self._trust.asked:
            return
        kind, _, token = header.partition(" ")
        if kind.lower() != "bearer" or not token:
            raise refused("a token is needed (Authorization: Bearer)")
        try:
            said = self._read(token.strip(), path)
        except (PyJWTError, ValueError) as error:
            raise refused(f"the token is not accepted: {type(error).__name__}") from error
        if said["iss"] not in self._trust.issuers:
            raise refused("the token comes from no record system that is known here")
        if float(said["exp"]) - float(said["iat"]) > LONGEST_S + CLOCKS_DIFFER_S:
            raise refused(f"a token may be valid for {LONGEST_S} s")
        self._once(str(said["iss"]), str(said["jti"]), float(said["exp"]))

    def _read(self, token: str, path: str) -> dict[str, Any]:
        head = jwt.get_unverified_header(token)
        key = self._keys.get(str(head.get("kid", "")))
        if key is None or head.get("alg") != key.algorithm_name or key.algorithm_name not in ALGORITHMS:
            raise jwt.InvalidKeyError
        mine = self._trust.audience.rstrip("/")
        return jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            audience=[mine, f"{mine}/", f"{mine}{path}"],
            leeway=CLOCKS_DIFFER_S,
            options={"require": NEEDED},
        )

    def _once(self, issuer: str, name: str, until: float) -> None:
        now = time.time() - CLOCKS_DIFFER_S
        for key in [key for key, end in self._used.items() if end < now]:
            del self._used[key]
        if (issuer, name) in self._used:
            raise refused("the token has been used before")
        if len(self._used) >= MOST_REMEMBERED:
            raise refused("more tokens than can be told apart; try again")
        self._used[issuer, name] = until


def refused(why: str) -> ProblemError:
    """The problem of a caller that is not let in."""
    return ProblemError("unauthorised", why, headers={"WWW-Authenticate": "Bearer"})


def _keys(file: Path) -> dict[str, jwt.PyJWK]:
    """Public keys by their id. Errors: InputError."""
    try:
        found = jwt.PyJWKSet.from_dict(json.loads(file.read_text("utf-8"))).keys
    except (OSError, ValueError, PyJWTError) as error:
        raise InputError(f"expected a JSON Web Key Set: {error}", str(file)) from error
    keys = {key.key_id: key for key in found if key.key_id and key.algorithm_name in ALGORITHMS}
    if not keys:
        raise InputError(f"no key of {' or '.join(ALGORITHMS)} with a 'kid' and 'alg'", str(file))
    return keys
