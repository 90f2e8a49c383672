"""Eight numbers side by side, for compiled code: loaded, stored, spread, multiplied and added as one.

A compiler does not see by itself that the rows of a small matrix can be worked on together. On processors with narrower
registers the eight are taken in parts; no result depends on it.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, models, register_model
from numba.np import arrayobj

EIGHT = 2 * 4
_VECTOR = ir.VectorType(ir.DoubleType(), EIGHT)
_NUMBER_BYTES = 2 * 4
_CONTRACT = ("contract",)  # a product that is added may be rounded once


class Eight(types.Type):
    """The type of eight 64-bit numbers."""

    def __init__(self) -> None:
        super().__init__(name="Eight")


eight = Eight()
_generated: Any = intrinsic  # what it makes is called with numbers, not with types


@register_model(Eight)
class _Held(models.PrimitiveModel):
    def __init__(self, manager: Any, of: Any) -> None:
        super().__init__(manager, of, _VECTOR)


def _at(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    """Where the number of this index of an array is."""
    array = arrayobj.make_array(signature.args[0])(context, builder, args[0])
    return builder.bitcast(builder.gep(array.data, [args[1]]), _VECTOR.as_pointer())


def _all(builder: Any, number: Any) -> Any:
    """The number eight times."""
    none = ir.Constant(_VECTOR, ir.Undefined)
    first = builder.insert_element(none, number, ir.Constant(ir.IntType(_NUMBER_BYTES * 4), 0))
    return builder.shuffle_vector(first, none, ir.Constant(ir.VectorType(ir.IntType(_NUMBER_BYTES * 4), EIGHT), [0] * EIGHT))


@_generated
def load(_typing: Any, array: Any, _index: Any) -> Any:
    """array[index : index + 8] of a contiguous array, which must be that long: nothing checks."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        found = builder.load(_at(context, builder, signature, args))
        found.align = _NUMBER_BYTES
        return found

    return eight(array, types.intp), generate


@_generated
def store(_typing: Any, array: Any, _index: Any, _value: Any) -> Any:
    """array[index : index + 8] = value."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.store(args[2], _at(context, builder, signature, args)).align = _NUMBER_BYTES
        return context.get_dummy_value()

    return types.void(array, types.intp, eight), generate


@_generated
def stream(_typing: Any, array: Any, _index: Any, _value: Any) -> Any:
    """array[index : index + 8] = value, past the caches, for what is not read soon; it must begin on a line of them."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        stored = builder.store(args[2], _at(context, builder, signature, args))
        stored.align = EIGHT * _NUMBER_BYTES
        stored.set_metadata("nontemporal", builder.module.add_metadata([ir.Constant(ir.IntType(_NUMBER_BYTES * 4), 1)]))
        return context.get_dummy_value()

    return types.void(array, types.intp, eight), generate


@_generated
def at(_typing: Any, array: Any, _index: Any) -> Any:
    """array[index] of a contiguous array, counted through all its axes: nothing checks, nothing counts from the end."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load(builder.gep(arrayobj.make_array(signature.args[0])(context, builder, args[0]).data, [args[1]]))

    return array.dtype(array, types.intp), generate


@_generated
def put(_typing: Any, array: Any, _index: Any, _value: Any) -> Any:
    """array[index] = value, in the same way."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data = arrayobj.make_array(signature.args[0])(context, builder, args[0]).data
        builder.store(args[2], builder.gep(data, [args[1]]))
        return context.get_dummy_value()

    return types.void(array, types.intp, array.dtype), generate


@_generated
def spread(_typing: Any, _number: Any) -> Any:
    """The number eight times."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return _all(builder, args[0])

    return eight(types.float64), generate


@_generated
def times(_typing: Any, _value: Any, _number: Any) -> Any:
    """Each of eight times a number."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.fmul(args[0], _all(builder, args[1]))

    return eight(eight, types.float64), generate


@_generated
def plus(_typing: Any, _sum: Any, _value: Any) -> Any:
    """Each of eight and its partner."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.fadd(args[0], args[1])

    return eight(eight, eight), generate


@_generated
def plus_times(_typing: Any, _sum: Any, _value: Any, _number: Any) -> Any:
    """sum + value * number, of eight."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        product = builder.fmul(args[1], _all(builder, args[2]), flags=_CONTRACT)
        return builder.fadd(product, args[0], flags=_CONTRACT)

    return eight(eight, eight, types.float64), generate


@_generated
def above(_typing: Any, _value: Any, _least: Any) -> Any:
    """Each of eight where it is above a number, else 0."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        more = builder.fcmp_ordered(">", args[0], _all(builder, args[1]))
        return builder.select(more, args[0], ir.Constant(_VECTOR, [0.0] * EIGHT))

    return eight(eight, types.float64), generate
