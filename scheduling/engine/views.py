"""Lets compiled code take Tables as one bare pointer, with its arrays as attributes.

numba would pass a tuple of thirty arrays as some three hundred arguments and count references
of each at every call: measured, that was 20 times slower than this and took minutes to compile.
Here `t.node` in compiled code is an array made on the spot from an address in a header; the
Python object keeps the memory alive.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core.imputils import impl_ret_borrowed, lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import NativeValue, models, register_model, typeof_impl, unbox
from numba.np.arrayobj import make_array, populate_array
from numba.np.numpy_support import from_dtype

WORDS = 4
"""Header words of a field: its address and up to three lengths."""


class Field:
    """How compiled code sees one array: element type and lengths, None where it varies."""

    def __init__(self, dtype: Any, *lengths: int | None) -> None:
        self.dtype, self.lengths = np.dtype(dtype), lengths

    @property
    def numba_type(self) -> Any:
        """The numba type: a C-contiguous array."""
        return types.Array(from_dtype(self.dtype), len(self.lengths), "C")


class TablesType(types.Type):  # type: ignore[misc]
    """numba's type of Tables: a pointer to the header."""

    def __init__(self) -> None:
        super().__init__(name="Tables")


@register_model(TablesType)
class _Pointer(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, ir.IntType(64).as_pointer())


class Viewed:
    """Base of a class whose numpy arrays compiled code may use; `LAYOUT` names them in order."""

    LAYOUT: dict[str, Field] = {}
    __slots__ = ("header",)

    def seal(self) -> None:
        """Checks the arrays against LAYOUT and writes the header.

        Raises
        ------
        TypeError
            If an array has another element type, shape or memory order than LAYOUT says.
        """
        header = np.zeros(WORDS * len(self.LAYOUT), np.int64)
        for k, (name, field) in enumerate(self.LAYOUT.items()):
            array = getattr(self, name)
            fits = len(array.shape) == len(field.lengths) and all(
                known in (None, length) for known, length in zip(field.lengths, array.shape, strict=True)
            )
            if array.dtype != field.dtype or not array.flags.c_contiguous or not fits:
                raise TypeError(f"{name}: {array.dtype} {array.shape} is not {field.dtype} {field.lengths}")
            header[WORDS * k] = array.ctypes.data
            header[WORDS * k + 1 : WORDS * k + 1 + array.ndim] = array.shape
        self.header = header

    @property
    def address(self) -> int:
        """Where the header lies in memory."""
        return int(self.header.ctypes.data)


def register(kind: type[Viewed]) -> None:
    """Teaches numba the class; its LAYOUT is final from here on."""
    layout = kind.LAYOUT
    order = {name: k for k, name in enumerate(layout)}

    def typeof(_value: Any, _context: Any) -> Any:
        return TablesType()

    typeof_impl.register(kind)(typeof)

    class Attributes(AttributeTemplate):  # type: ignore[misc]
        key = TablesType

        def generic_resolve(self, _kind: Any, name: str) -> Any:
            return layout[name].numba_type if name in layout else None

    infer_getattr(Attributes)

    def lower(context: Any, builder: Any, _kind: Any, pointer: Any, name: str) -> Any:
        field = layout[name]
        words = [
            builder.load(builder.gep(pointer, [ir.Constant(ir.IntType(64), WORDS * order[name] + k)]))
            for k in range(1 + len(field.lengths))
        ]
        lengths = [
            word if known is None else ir.Constant(ir.IntType(64), known)
            for word, known in zip(words[1:], field.lengths, strict=True)
        ]
        step = ir.Constant(ir.IntType(64), field.dtype.itemsize)
        strides = [step]
        for length in reversed(lengths[1:]):
            strides.insert(0, builder.mul(strides[0], length))
        array = make_array(field.numba_type)(context, builder)
        data = builder.inttoptr(words[0], array.data.type)
        populate_array(array, data=data, shape=lengths, strides=strides, itemsize=step, meminfo=None)
        return impl_ret_borrowed(context, builder, field.numba_type, array._getvalue())

    lower_getattr_generic(TablesType)(lower)


def _unbox(_kind: Any, value: Any, c: Any) -> Any:
    address = c.pyapi.object_getattr_string(value, "address")
    pointer = c.builder.inttoptr(c.pyapi.long_as_longlong(address), ir.IntType(64).as_pointer())
    c.pyapi.decref(address)
    return NativeValue(pointer)


unbox(TablesType)(_unbox)
