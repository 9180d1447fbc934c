"""Function pointers of the user's own machine code: what they are, and what they promise.

Parameters are checked where they are known: from ctypes' argtypes and restype, the type of a cffi
pointer, the signature of a LowLevelCallable. An address tells nothing.
"""

from __future__ import annotations

import ctypes
import sys
from _ctypes import CFuncPtr
from typing import Any, NamedTuple

import numpy as np

from .scalars import bare
from .shown import shown

#: What is returned, and the parameters; each may have ``void *data`` behind.
FORMS = {
    "fun": ("double", "int", "double *"),
    "jac": ("void", "int", "double *", "double *"),
    "hess": ("void", "int", "double *", "double *"),
}

KINDS = "a numba @cfunc, a scipy.LowLevelCallable, a ctypes or cffi function pointer, or an address"
_SAME = {"int32_t": "int", "signed int": "int", "none": "void"}


class Code(NamedTuple):
    """A function as the core calls it."""

    address: int
    takes_data: bool
    data: int


def code(name: str, given: Any, data: Any) -> Code:
    """The function ``name`` ("fun", "jac" or "hess"), which is handed ``data``."""
    words: tuple[str, ...] | None = None
    own = 0
    if hasattr(given, "address") and hasattr(given, "ctypes"):  # numba's
        given = given.ctypes
    if _is_whole(given):
        address = int(given)
    elif isinstance(given, CFuncPtr):
        address = ctypes.cast(given, ctypes.c_void_p).value or 0
        words = _words_of_ctypes(given)
    elif _is_cffi(given):
        address, words = _address_of_cffi(given), _words_of_cffi(name, given)
    elif type(given).__name__ == "LowLevelCallable" and isinstance(given, tuple):
        address, words, own = _of_capsule(tuple.__getitem__(given, 0))
    else:
        cure = ", and Python code is for ml4pa.Function" if callable(given) else ""
        raise TypeError(f"{name}={shown(given)} must be machine code: {KINDS}{cure}")
    if address <= 0:
        raise ValueError(f"{name}={shown(given)} must be the address of a function, not {address}")
    if own and data is not None:
        raise ValueError(f"data={shown(data)} must be None: {name} brings its own user_data")
    takes = own != 0 or data is not None if words is None else _takes_data(name, words)
    if own and not takes:
        raise ValueError(f"{name} brings user_data, but takes none: {_shown(words)}")
    if takes and not own and data is None:
        raise ValueError(
            f"data=None, but {name} takes data, {_shown(words)}: pass data=, or data=0 for NULL"
        )
    return Code(address, takes, own or data_address(data))


def data_is_taken(codes: list[Code], data: Any) -> None:
    """data is for a function that takes it: fun, or else its derivatives."""
    if data is not None and not any(code.takes_data for code in codes):
        raise ValueError("data is given, but fun takes no 'void *' after x")


def _takes_data(name: str, words: tuple[str, ...]) -> bool:
    """Whether a known signature has ``void *data`` last; refuses one that is not as it must be."""
    form = FORMS[name]
    sound = len(words) in (len(form), len(form) + 1) and all(
        given == wanted or (given == "void *" and wanted.endswith("*"))
        for given, wanted in zip(words, form, strict=False)
    )
    if not sound or not all(word.endswith("*") for word in words[len(form) :]):
        raise TypeError(
            f"{name} has the signature {_shown(words)}, but must have {_shown(form)} or "
            f"{_shown((*form, 'void *'))}"
        )
    return len(words) > len(form)


def _shown(words: tuple[str, ...] | None) -> str:
    return "" if words is None else f"'{words[0]} ({', '.join(words[1:])})'"


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


# ---- ctypes --------------------------------------------------------------------------------------


def _words_of_ctypes(function: Any) -> tuple[str, ...] | None:
    if function.argtypes is None:
        return None
    return tuple(_word_of_ctypes(kind) for kind in (function.restype, *function.argtypes))


def _word_of_ctypes(kind: Any) -> str:
    if kind is None:
        return "void"
    words = {ctypes.c_double: "double", ctypes.c_int: "int"}
    if kind in words:
        return words[kind]
    if kind in (ctypes.c_void_p, ctypes.c_char_p, ctypes.py_object):
        return "void *"
    if hasattr(kind, "_dtype_"):  # NumPy's ndpointer
        return "double *" if kind._dtype_ in (None, np.dtype(float)) else f"{kind._dtype_} *"
    if issubclass(kind, ctypes._Pointer):
        return f"{_word_of_ctypes(kind._type_)} *"
    return str(kind.__name__)


# ---- cffi ----------------------------------------------------------------------------------------


def _is_cffi(value: Any) -> bool:
    backend = sys.modules.get("_cffi_backend")
    return backend is not None and isinstance(value, backend.FFI.CData)


def _address_of_cffi(value: Any) -> int:
    backend = sys.modules["_cffi_backend"]
    return int(backend.cast(backend.new_primitive_type("uintptr_t"), value))


def _words_of_cffi(name: str, value: Any) -> tuple[str, ...]:
    kind = sys.modules["_cffi_backend"].typeof(value)
    if kind.kind != "function":
        raise TypeError(f"{name} is {kind.cname!r} of cffi, but must be a function pointer")
    return tuple(_plain(t.cname) for t in (kind.result, *kind.args))


def _plain(word: str) -> str:
    """A C type without const and needless blanks."""
    word = " ".join(word.replace("const", " ").replace("*", " * ").split())
    return _SAME.get(word, word)


# ---- capsules ------------------------------------------------------------------------------------


def _capsule(function: str, result: Any, *arguments: Any) -> Any:
    """Calls a function of Python's C interface."""
    kinds: list[Any] = [ctypes.py_object, ctypes.c_char_p]
    prototype = ctypes.PYFUNCTYPE(result, *kinds[: len(arguments)])
    return prototype((function, ctypes.pythonapi))(*arguments)


def _of_capsule(capsule: Any) -> tuple[int, tuple[str, ...], int]:
    """Address, signature and user_data of SciPy's capsule."""
    signature = _capsule("PyCapsule_GetName", ctypes.c_char_p, capsule)
    address = _capsule("PyCapsule_GetPointer", ctypes.c_void_p, capsule, signature)
    own = _capsule("PyCapsule_GetContext", ctypes.c_void_p, capsule)
    result, _, rest = signature.decode().rpartition(")")[0].partition("(")
    return address, tuple(_plain(word) for word in (result, *rest.split(","))), own or 0


# ---- data ----------------------------------------------------------------------------------------


def data_address(value: Any) -> int:
    """What a function is handed as ``void *data``."""
    if value is None:
        return 0
    if isinstance(value, np.ndarray):
        bare("data", value)
        if not value.dtype.isnative:
            raise ValueError(
                f"data has dtype {value.dtype}, whose bytes are in the other order than this "
                "machine's, as in FITS files: pass data.astype(data.dtype.newbyteorder('='))"
            )
        if not value.flags.c_contiguous or value.dtype.hasobject:
            raise ValueError(
                "data is an array that lies scattered in memory, or holds Python objects: "
                "pass np.ascontiguousarray(data), of numbers"
            )
        return value.ctypes.data
    if hasattr(value, "address") and hasattr(value, "ctypes"):
        value = value.address
    if _is_whole(value) and value >= 0:
        return int(value)
    if isinstance(value, ctypes._Pointer | CFuncPtr | ctypes.c_void_p | ctypes.c_char_p):
        return ctypes.cast(value, ctypes.c_void_p).value or 0
    if isinstance(value, ctypes._SimpleCData | ctypes.Structure | ctypes.Union | ctypes.Array):
        return ctypes.addressof(value)
    if _is_cffi(value):
        return _address_of_cffi(value)
    if type(value).__name__ == "PyCapsule":
        name = _capsule("PyCapsule_GetName", ctypes.c_char_p, value)
        return int(_capsule("PyCapsule_GetPointer", ctypes.c_void_p, value, name))
    raise TypeError(
        f"data={shown(value)} must be an array of NumPy, a pointer of ctypes or cffi, or an address"
    )
