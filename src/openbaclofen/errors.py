"""What is wrong with an input goes in; one message naming the place, the value and what was expected comes out."""

from __future__ import annotations


class InputError(ValueError):
    """Bad input of any kind: the command line prints it in one message and exits with 2.

    where: file and line, or field path; said: the message itself.
    """

    def __init__(self, said: str, where: str | None = None) -> None:
        self.said, self.where = said, where
        super().__init__(f"{where}: {said}" if where else said)
