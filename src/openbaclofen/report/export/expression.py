"""Names go in and are calculated with as if they were numbers; a formula comes out that any infix language can read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import SupportsFloat, cast

_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2}
_ATOM = 3
Naming = Callable[[str], str]


@dataclass(frozen=True, eq=False)
class Expression:
    """A name, a number or an operation. Equations of the model, given names for numbers, yield one: none is written twice."""

    name: str = ""
    number: float = 0.0
    operator: str = ""
    left: Expression | None = None
    right: Expression | None = None

    __array_ufunc__ = None  # numbers and arrays of numpy leave operations to us

    @classmethod
    def of(cls, value: object) -> Expression:
        """An expression as it is, anything else as a number."""
        return value if isinstance(value, Expression) else cls(number=float(cast(SupportsFloat, value)))

    @property
    def is_zero(self) -> bool:
        """Whether it is the number 0."""
        return not self.name and not self.operator and self.number == 0

    @property
    def names(self) -> tuple[str, ...]:
        """The names in it, each once, in their order."""
        if self.left is None or self.right is None:
            return (self.name,) if self.name else ()
        return tuple(dict.fromkeys((*self.left.names, *self.right.names)))

    def text(self, naming: Naming = str, unit: str = "") -> str:
        """Infix text with the fewest brackets; unit: what is written after each number."""
        if self.left is None or self.right is None:
            return naming(self.name) if self.name else f"{self.number!r} {unit}".rstrip()
        rank = _PRECEDENCE[self.operator]
        left = _bracketed(self.left.text(naming, unit), self.left._rank < rank)
        right = _bracketed(self.right.text(naming, unit), self.right._rank < rank + (self.operator in "-/"))
        return f"{left} {self.operator} {right}" if rank == 1 else f"{left}{self.operator}{right}"

    @property
    def _rank(self) -> int:
        return _PRECEDENCE.get(self.operator, _ATOM)

    def _with(self, operator: str, other: object, swapped: bool = False) -> Expression:
        left, right = (Expression.of(other), self) if swapped else (self, Expression.of(other))
        if operator in "*/" and (left.is_zero or (operator == "*" and right.is_zero)):
            return Expression()
        return Expression(operator=operator, left=left, right=right)

    def __add__(self, other: object) -> Expression:
        return self._with("+", other)

    def __radd__(self, other: object) -> Expression:
        return self._with("+", other, swapped=True)

    def __sub__(self, other: object) -> Expression:
        return self._with("-", other)

    def __rsub__(self, other: object) -> Expression:
        return self._with("-", other, swapped=True)

    def __mul__(self, other: object) -> Expression:
        return self._with("*", other)

    def __rmul__(self, other: object) -> Expression:
        return self._with("*", other, swapped=True)

    def __truediv__(self, other: object) -> Expression:
        return self._with("/", other)

    def __rtruediv__(self, other: object) -> Expression:
        return self._with("/", other, swapped=True)


def _bracketed(text: str, needed: bool) -> str:
    return f"({text})" if needed else text
