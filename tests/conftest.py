"""Property tests go without deadlines: how long an example takes on a busy machine says nothing about whether it is right."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("without deadlines", deadline=None)
settings.load_profile("without deadlines")
