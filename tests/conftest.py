"""Compilers are set up before anything imports them. Property tests go without deadlines: how long an example takes on a busy
machine says nothing about whether it is right."""

from __future__ import annotations

from hypothesis import settings

from openbaclofen.compilers import prepare

prepare()
settings.register_profile("without deadlines", deadline=None)
settings.load_profile("without deadlines")
