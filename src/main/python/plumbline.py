"""Plumbline's client: is this gradient right? One file, nothing to install but a Python from 3.9 on.

    import plumbline                                            # PLUMBLINE_URL, PLUMBLINE_API_KEY, or connect(url, key)

    report = plumbline.check(model, loss_fn, inputs, targets)   # a torch.nn.Module, gradients by backward()
    report = plumbline.check_function(f, inputs, gradients)     # any function of torch, jax, numpy or plain numbers
    plumbline.gradcheck(fn, inputs)                             # in the place of torch.autograd.gradcheck
    report = plumbline.check_export(model, inputs, targets)     # the exported model goes up, every entry is judged
    report = plumbline.check_optimizer(optimizer, model, closure)
    with plumbline.monitor(model, optimizer, name="run 7") as m:
        ...                                                     # in the training loop: m.log(loss=loss)

    report.ok, report.verdict, report.summary, report.to_markdown(), report.raise_for_verdict()

``check`` and ``check_function`` send neither weights nor data nor model: the service asks for values of the scalar
objective f along lines, f(x + t d), and this file makes the directions d, moves the parameters and puts them back
bit for bit. ``python plumbline.py check --help`` is the command line, ``pytest -p plumbline`` the fixture
``plumbline_check``.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import copy
import functools
import hashlib
import http.client
import inspect
import io
import itertools
import json
import logging
import math
import os
import random
import struct
import sys
import threading
import time
import types
import urllib.error
import urllib.parse
import urllib.request
import uuid
import warnings
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

__all__ = [
    "PlumblineError", "Refused", "Report", "Unreachable", "Usage", "WrongGradient", "check", "check_export",
    "check_function", "check_hvp", "check_jvp", "check_optimizer", "connect", "gradcheck", "gradgradcheck", "monitor",
]  # fmt: skip

_log = logging.getLogger("plumbline")


# ---------------------------------------------------------------------------------------------------- what can go wrong


class PlumblineError(Exception):
    """What keeps a check from being made. A wrong gradient is no such error: that is a report."""


class Usage(PlumblineError, ValueError):
    """A call that cannot be judged as it stands; the message says how to cure it."""


class Unreachable(PlumblineError, ConnectionError):
    """The service does not answer."""


class Refused(PlumblineError):
    """The service's problem details (RFC 9457): ``status``, ``type``, ``pointer``, ``got``, ``expected``."""

    def __init__(self, status: int, problem: Mapping[str, Any]):
        self.status = status
        self.problem = dict(problem)
        parts = [str(problem.get("detail") or problem.get("title") or "refused")]
        parts += [f"{key}: {problem[key]}" for key in ("pointer", "got", "expected") if problem.get(key) is not None]
        super().__init__(f"{status}: " + "; ".join(parts))


class WrongGradient(AssertionError):
    """A report that is not PASS, as an assertion that has failed; its words are the report's."""

    def __init__(self, report: "Report"):
        self.report = report
        super().__init__(str(report))


# ---------------------------------------------------------------------------------------------------------- the service


class _Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


class Service:
    """Plumbline at a URL.

    A call is sent again, with the same bytes, where the line breaks or the service is busy or restarts: for up to
    ``patience`` seconds once it has answered before, not at all where nobody is there to begin with. What is waited for
    goes to the log.
    """

    _BUSY = (429, 502, 503, 504)

    def __init__(self, url: str, key: Optional[str] = None, timeout: float = 600.0, patience: float = 120.0):
        self.url = url.rstrip("/")
        self.timeout = timeout
        self.patience = patience
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._known = False
        host = urllib.parse.urlsplit(self.url).hostname or ""
        loopback = host in ("localhost", "::1") or host.startswith("127.")
        self._opener = urllib.request.build_opener(*([urllib.request.ProxyHandler({})] if loopback else []))

    def call(
        self,
        method: str,
        path: str,
        body: Optional[bytes] = None,
        content_type: str = "application/json",
        headers: Optional[Mapping[str, str]] = None,
        patience: Optional[float] = None,
    ) -> _Answer:
        """One exchange. Raises Refused for 4xx and 5xx, Unreachable where nobody answers."""
        until = time.monotonic() + (self.patience if patience is None else patience)
        pause, told = 0.1, False
        while True:
            try:
                answer = self._once(method, path, body, content_type, headers or {})
            except (OSError, EOFError, http.client.HTTPException) as broken:
                if not self._known or time.monotonic() + pause > until:
                    raise Unreachable(f"Plumbline does not answer at {self.url}: {broken}") from None
                wait, why = pause, f"Plumbline does not answer at {self.url}: {broken}"
            else:
                self._known = True
                if answer.status < 400:
                    return answer
                wait = _retry_after(answer.headers, pause)
                if answer.status not in self._BUSY or time.monotonic() + wait > until:
                    raise Refused(answer.status, _problem(answer))
                why = str(Refused(answer.status, _problem(answer)))
            if not told:
                _log.warning("plumbline: %s; trying again in %.3g s, for up to %.0f s", why, wait, until - time.monotonic())
                told = True
            time.sleep(wait)
            pause = min(2 * pause, 5.0)

    def _once(
        self, method: str, path: str, body: Optional[bytes], content_type: str, headers: Mapping[str, str]
    ) -> _Answer:
        request = urllib.request.Request(self.url + path, data=body, method=method)
        for name, value in {"Accept": "application/json", **self._headers, **headers}.items():
            request.add_header(name, value)
        if body is not None:
            request.add_header("Content-Type", content_type)
        try:
            with self._opener.open(request, timeout=self.timeout) as reply:
                return _Answer(reply.status, reply.headers, reply.read())
        except urllib.error.HTTPError as refusal:
            with refusal:
                return _Answer(refusal.code, refusal.headers, refusal.read())

    def post(self, path: str, request: Any, **options: Any) -> _Answer:
        """Sends JSON, in which NaN and Infinity are strings."""
        return self.call("POST", path, _json(request), **options)

    def upload(self, path: str, request: Any, files: Mapping[str, Tuple[str, bytes]]) -> _Answer:
        """Sends multipart/form-data: the part ``request`` in JSON, and files: part -> (file name, bytes)."""
        boundary = uuid.uuid4().hex
        parts = [("request", "", "application/json", _json(request))]
        parts += [(part, name, "application/octet-stream", content) for part, (name, content) in files.items()]
        body = io.BytesIO()
        for part, name, kind, content in parts:
            quoted = name.replace("\\", "\\\\").replace('"', '\\"')
            disposition = f'form-data; name="{part}"' + (f'; filename="{quoted}"' if name else "")
            body.write(f"--{boundary}\r\nContent-Disposition: {disposition}\r\nContent-Type: {kind}\r\n\r\n".encode())
            body.write(content)
            body.write(b"\r\n")
        body.write(f"--{boundary}--\r\n".encode())
        return self.call("POST", path, body.getvalue(), f"multipart/form-data; boundary={boundary}")


def _retry_after(headers: Mapping[str, str], otherwise: float) -> float:
    try:
        return min(max(float(headers.get("Retry-After") or otherwise), 0.05), 60.0)
    except ValueError:
        return otherwise


def _problem(answer: _Answer) -> Mapping[str, Any]:
    try:
        problem = answer.json()
        return problem if isinstance(problem, dict) else {"detail": str(problem)}
    except ValueError:
        return {"detail": answer.content[:500].decode("utf-8", "replace") or "no explanation"}


_service: Optional[Service] = None


def connect(url: Optional[str] = None, key: Optional[str] = None, **options: Any) -> Service:
    """Says where the service is; otherwise PLUMBLINE_URL (http://localhost:8080) and PLUMBLINE_API_KEY do."""
    global _service
    _service = Service(
        url or os.environ.get("PLUMBLINE_URL") or "http://localhost:8080",
        key or os.environ.get("PLUMBLINE_API_KEY") or None,
        **options,
    )
    return _service


def _connected() -> Service:
    return _service or connect()


# ------------------------------------------------------------------------------------------------- numbers on the wire


def _number(value: float) -> Union[float, str]:
    """A number, or NaN, Infinity and -Infinity as the strings that JSON has instead."""
    value = float(value)
    if math.isfinite(value):
        return value
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"


def _wire(value: Any) -> Any:
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Mapping):
        return {str(key): _wire(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_wire(item) for item in value]
    return value


def _json(value: Any) -> bytes:
    return json.dumps(_wire(value), allow_nan=False, separators=(",", ":")).encode()


#: Datatypes by their name on the wire, in safetensors, and as struct and array call them.
_SAFETENSORS = {
    "FP64": "F64", "FP32": "F32", "FP16": "F16", "BF16": "BF16", "INT64": "I64", "INT32": "I32", "INT16": "I16",
    "INT8": "I8", "UINT8": "U8", "BOOL": "BOOL",
}  # fmt: skip
_DATATYPES = {
    "float64": "FP64", "float32": "FP32", "float16": "FP16", "bfloat16": "BF16", "int64": "INT64", "int32": "INT32",
    "int16": "INT16", "int8": "INT8", "uint8": "UINT8", "bool": "BOOL", "complex128": "FP64", "complex64": "FP32",
    "complex32": "FP16",
}  # fmt: skip
_PRECISION = {"FP64": 53, "FP32": 24, "FP16": 11, "BF16": 8}


def safetensors(tensors: Mapping[str, Any]) -> bytes:
    """A safetensors file: eight bytes of length, a header in JSON, the tensors' bytes, little-endian, row-major."""
    header: Dict[str, Any] = {}
    contents: List[bytes] = []
    offset = 0
    for name, tensor in tensors.items():
        shape, datatype, content = _raw(tensor)
        header[name] = {
            "dtype": _SAFETENSORS[datatype],
            "shape": list(shape),
            "data_offsets": [offset, offset + len(content)],
        }
        contents.append(content)
        offset += len(content)
    head = json.dumps(header, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    return struct.pack("<Q", len(head)) + head + b"".join(contents)


def _raw(tensor: Any) -> Tuple[Tuple[int, ...], str, bytes]:
    """(shape, datatype, bytes) of a tensor of any kind; complex numbers are pairs of reals."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(tensor, torch.Tensor):
        tensor = tensor.detach()
        if tensor.layout != torch.strided:
            tensor = tensor.to_dense()
        if tensor.is_complex():
            tensor = torch.view_as_real(tensor.resolve_conj())
        tensor = tensor.cpu().contiguous()
        datatype = _DATATYPES[str(tensor.dtype)[6:]]
        shape = tuple(tensor.shape)
        if tensor.numel() == 0:
            return shape, datatype, b""
        content = tensor.reshape(-1).view(torch.uint8) if datatype != "BOOL" else tensor.reshape(-1).to(torch.uint8)
        try:
            return shape, datatype, content.numpy().tobytes()
        except RuntimeError:  # a torch without numpy
            return shape, datatype, bytes(content.tolist())
    if hasattr(tensor, "__array__"):
        numpy = _numpy()
        array = numpy.asarray(tensor)
        if array.dtype.kind == "c":
            array = numpy.stack([array.real, array.imag], -1)
        array = array.astype(array.dtype.newbyteorder("<"), order="C", copy=False)
        return tuple(array.shape), _DATATYPES[array.dtype.name], array.tobytes()
    flat, shape = _flattened(tensor)
    return shape, "FP64", struct.pack(f"<{len(flat)}d", *flat)


def _numpy() -> Any:
    import numpy

    return numpy


def _flattened(value: Any) -> Tuple[List[Any], Tuple[int, ...]]:
    """A nested list of numbers as (row-major numbers, shape)."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if not isinstance(value, (list, tuple)):
        return [value], ()
    if not value:
        return [], (0,)
    rows = [_flattened(row) for row in value]
    if any(shape != rows[0][1] for _, shape in rows):
        raise Usage(f"rows of different lengths: {sorted({str(shape) for _, shape in rows})}")
    return [item for flat, _ in rows for item in flat], (len(value), *rows[0][1])


def _nested(flat: Sequence[Any], shape: Sequence[int]) -> Any:
    if not shape:
        return flat[0]
    stride = len(flat) // shape[0] if shape[0] else 0
    return [_nested(flat[i * stride : (i + 1) * stride], shape[1:]) for i in range(shape[0])]


# ----------------------------------------------------------------------------------------------------------- the report


class Report:
    """What the service says: ``ok``, ``verdict``, ``summary``, ``url``, and everything else in ``data``.

    ``verdict`` is PASS, FAIL, KINK (no derivative here; some choice at the bends gives the claim) or INCONCLUSIVE
    (nobody can tell). ``ok`` is True for PASS only, and a report is as true as that: ``assert check(...)`` will do.
    """

    def __init__(self, data: Mapping[str, Any], url: Optional[str] = None, notes: Sequence[str] = ()):
        self.data = dict(data)
        self.url = url
        #: What this client has to say about how f was evaluated.
        self.notes = list(notes)

    @property
    def verdict(self) -> str:
        """PASS, FAIL, KINK or INCONCLUSIVE."""
        return str(self.data.get("verdict", "INCONCLUSIVE"))

    @property
    def summary(self) -> str:
        """One plain sentence."""
        return str(self.data.get("summary", ""))

    @property
    def ok(self) -> bool:
        """Whether the verdict is PASS."""
        return self.verdict == "PASS"

    @property
    def tensors(self) -> List[Mapping[str, Any]]:
        """The tensors' own verdicts, mistakes and entries."""
        return list(self.data.get("tensors") or [])

    def raise_for_verdict(self, allow: Sequence[str] = ()) -> "Report":
        """Itself; or WrongGradient, an AssertionError with the report's words, unless PASS or one of ``allow``."""
        __tracebackhide__ = True
        if not self.ok and self.verdict not in allow:
            raise WrongGradient(self)
        return self

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        lines = [f"Plumbline: {self.verdict}. {self.summary}"]
        for tensor in self._judged():
            lines.append(f"  {tensor.get('name')} {_shape(tensor)}: {tensor.get('verdict')}{_about(tensor)}")
            lines += [f"    {line}" for line in _entries(tensor)]
        cause = self.data.get("explanation") or {}
        if cause.get("advice") and cause["advice"].lower() not in self.summary.lower():
            lines.append(f"  {cause['advice']}")
        lines += [f"  {warning}" for warning in self._warnings()]
        if self.url:
            lines.append(f"  {self.url}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return str(self)

    def to_markdown(self) -> str:
        """The report for a pull request's comment or a job's summary."""
        lines = [f"### Plumbline: {self.verdict}", "", _cell(self.summary), ""]
        judged = self._judged()
        if judged:
            lines += ["| tensor | shape | verdict | what |", "|---|---|---|---|"]
            lines += [
                f"| `{_cell(t.get('name'))}` | {_shape(t)} | {t.get('verdict')} | {_cell(_about(t).lstrip(':;, '))} |"
                for t in judged
            ]
            lines.append("")
            for tensor in judged:
                lines += [f"- `{_cell(tensor.get('name'))}` {_cell(line)}" for line in _entries(tensor)]
            lines.append("")
        cause = self.data.get("explanation") or {}
        if cause.get("advice"):
            lines += [_cell(cause["advice"]), ""]
        lines += [f"- {_cell(warning)}" for warning in self._warnings()]
        if self.url:
            lines += ["", f"[full report]({self.url})"]
        return "\n".join(lines).rstrip() + "\n"

    def to_junit(self, name: str = "plumbline") -> str:
        """JUnit XML: a test case a tensor; FAIL is a failure, what could not be judged an error."""
        from xml.sax.saxutils import escape, quoteattr

        cases = self.tensors or [{"name": "gradient", "verdict": self.verdict}]
        if not any(case.get("verdict") == self.verdict for case in cases):
            cases = [*cases, {"name": "report", "verdict": self.verdict}]
        failures = sum(case.get("verdict") == "FAIL" for case in cases)
        errors = sum(case.get("verdict") not in ("PASS", "FAIL") for case in cases)
        lines = [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<testsuite name={quoteattr(name)} tests="{len(cases)}" failures="{failures}" errors="{errors}">',
        ]
        for case in cases:
            head = f"  <testcase classname={quoteattr(name)} name={quoteattr(_printable(case.get('name')))}"
            verdict = case.get("verdict")
            if verdict == "PASS":
                lines.append(head + "/>")
                continue
            kind = "failure" if verdict == "FAIL" else "error"
            words = "\n".join([_about(case).lstrip(":;, "), *_entries(case), str(self)])
            lines.append(head + ">")
            lines.append(f"    <{kind} type={quoteattr(str(verdict))} message={quoteattr(_printable(self.summary))}>")
            lines.append(escape(_printable(words)) + f"</{kind}>")
            lines.append("  </testcase>")
        return "\n".join([*lines, "</testsuite>", ""])

    def _judged(self) -> List[Mapping[str, Any]]:
        return [tensor for tensor in self.tensors if tensor.get("verdict") != "PASS"]

    def _warnings(self) -> List[str]:
        said = [str(w.get("detail") or w.get("code")) for w in self.data.get("warnings") or []]
        return said + self.notes


def _printable(value: Any) -> str:
    """Without the characters that XML has no way to write."""
    return "".join(c if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" else "?" for c in str(value))


def _cell(value: Any) -> str:
    return str(value).replace("|", "\\|").replace("\r", " ").replace("\n", " ")


def _shape(tensor: Mapping[str, Any]) -> str:
    shape = tensor.get("shape")
    return "" if shape is None else "x".join(str(n) for n in shape) or "scalar"


def _about(tensor: Mapping[str, Any]) -> str:
    """``: scaled, factor 2.0; advice`` for a tensor with a mistake, the relative error else."""
    mistake = tensor.get("mistake") or {}
    told = [f"{key} {mistake[key]}" for key in sorted(mistake) if key not in ("kind", "advice") and mistake[key]]
    words = [", ".join([str(mistake["kind"]), *told])] if mistake.get("kind") else []
    words += [str(tensor[key]) for key in ("reason", "detail") if tensor.get(key)]
    if not words and tensor.get("relativeError") is not None:
        words.append(f"relative error {tensor['relativeError']}")
    if mistake.get("advice"):
        words.append(str(mistake["advice"]))
    return ": " + "; ".join(words) if words else ""


def _entries(tensor: Mapping[str, Any], most: int = 5) -> List[str]:
    lines = []
    for entry in (tensor.get("entries") or [])[:most]:
        right = entry.get("reference") if entry.get("reference") is not None else entry.get("numeric")
        bound = entry.get("errorBound")
        within = "" if bound is None else f" +- {bound}"
        lines.append(f"{entry.get('index')}: claimed {entry.get('claimed')}, should be {right}{within}")
    return lines


# ----------------------------------------------------------------------------------------------------------- directions

# A direction is a function of (seed, tensor's name, flat position), not a generator's state: so every restriction of it
# to a box is part of one fixed vector, shards of a tensor agree, and halves may be subtracted from the whole.
# SplitMix64 (Steele, Lea, Flood 2014) of (position + 1) times the golden ratio plus a hash; its halves through Box and
# Muller's transform make a standard normal number.

_GOLDEN, _MIX1, _MIX2 = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_CHUNK = 1 << 16  # so that the temporaries stay in the cache


def _key(seed: int, name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:8], "little")


def _weight(key: int, position: int) -> float:
    """The standard normal number of one flat position."""
    z = ((position + 1) * _GOLDEN + key) & 0xFFFFFFFFFFFFFFFF
    z = ((z ^ (z >> 30)) * _MIX1) & 0xFFFFFFFFFFFFFFFF
    z = ((z ^ (z >> 27)) * _MIX2) & 0xFFFFFFFFFFFFFFFF
    z ^= z >> 31
    radius = math.sqrt(-2.0 * math.log(((z >> 32) + 0.5) * 2.0**-32))
    return radius * math.cos(2.0 * math.pi * ((z & 0xFFFFFFFF) * 2.0**-32))


class _Plain:
    """Python's own numbers; a tensor is a number or a nested list, a tuple holds several. Flat arrays are lists."""

    name = "plain"

    def is_tensor(self, value: Any) -> bool:
        if isinstance(value, list):
            return bool(value) and all(self.is_tensor(item) for item in value)
        return isinstance(value, (int, float, complex)) and not isinstance(value, bool)

    def is_float(self, value: Any) -> bool:
        return any(isinstance(item, (float, complex)) for item in _flattened(value)[0])

    def is_complex(self, value: Any) -> bool:
        return any(isinstance(item, complex) for item in _flattened(value)[0])

    def needs_gradient(self, value: Any) -> bool:
        return False

    def shape(self, value: Any) -> Tuple[int, ...]:
        return _flattened(value)[1]

    def datatype(self, value: Any) -> str:
        return "FP64"

    def flat(self, value: Any) -> Any:
        """Row-major float64 numbers; a complex number is a pair."""
        if hasattr(value, "detach"):
            value = value.detach()
        items = _flattened(value)[0]
        if any(isinstance(item, complex) for item in items):
            return [part for item in items for part in (complex(item).real, complex(item).imag)]
        return [float(item) for item in items]

    def like(self, flat: Any, model: Any, double: bool) -> Any:
        """A fresh tensor of a model's shape and kind from flat numbers; in float64 if ``double``."""
        if self.is_complex(model):
            flat = [complex(flat[i], flat[i + 1]) for i in range(0, len(flat), 2)]
        return _nested(list(flat), self.shape(model))

    def copy(self, value: Any, double: bool) -> Any:
        return copy.deepcopy(value)

    def same(self, a: Any, b: Any) -> bool:
        return repr(a) == repr(b)

    def size(self, flat: Any) -> int:
        return len(flat)

    def positions(self, shape: Sequence[int], box: Sequence[Sequence[int]]) -> Any:
        """Flat positions of the box of one range [from, to) an axis."""
        found = [0]
        for n, (first, last) in zip(shape, box):
            found = [p * n + i for p in found for i in range(first, last)]
        return found

    def take(self, flat: Any, positions: Any) -> Any:
        return flat if positions is None else [flat[p] for p in positions]

    def put(self, flat: Any, positions: Any, step: float, direction: Any) -> Any:
        """flat + step direction at the positions, in float64."""
        if positions is None:
            return [x + step * d for x, d in zip(flat, direction)]
        moved = list(flat)
        for p, d in zip(positions, direction):
            moved[p] += step * d
        return moved

    def weights(self, seed: int, name: str, count: int, positions: Any) -> Any:
        key = _key(seed, name)
        return [_weight(key, p) for p in (range(count) if positions is None else positions)]

    def times(self, flat: Any, factor: float) -> Any:
        return [x * factor for x in flat]

    def difference(self, a: Any, b: Any) -> Any:
        return [x - y for x, y in zip(a, b)]

    def dot(self, a: Any, b: Any) -> float:
        return _fsum(x * y for x, y in zip(a, b))

    def norm(self, a: Any, b: Any = None) -> float:
        """|| a o b ||, or || a ||."""
        return math.sqrt(_fsum(x * x for x in a) if b is None else _fsum((x * y) ** 2 for x, y in zip(a, b)))

    def jittered(self, flat: Any, unit: float, seed: int) -> Any:
        """Every number one unit in its last place off, up or down."""
        key = _key(seed, "jitter")
        return [x * (1.0 + unit * (1 if _weight(key, i) > 0 else -1)) for i, x in enumerate(flat)]

    def zeros(self, count: int) -> Any:
        return [0.0] * count

    def single(self, flat: Any) -> bool:
        """Whether every number is a float32 number."""
        return all(x != x or abs(x) > 3e38 or struct.unpack("f", struct.pack("f", x))[0] == x for x in flat)

    def cotangent(self, count: int, seed: int) -> Any:
        """+-(1 + k/64), k in 0..63: exact in every datatype, so that nothing is lost between claim and values."""
        key = _key(seed, "cotangent")
        draws = [_mixed(key, i) for i in range(count)]
        return [(1.0 + (z >> 58) / 64.0) * (1 if z & 1 else -1) for z in draws]

    def number(self, flat: Any, i: int) -> float:
        return float(flat[i])


def _mixed(key: int, position: int) -> int:
    z = ((position + 1) * _GOLDEN + key) & 0xFFFFFFFFFFFFFFFF
    z = ((z ^ (z >> 30)) * _MIX1) & 0xFFFFFFFFFFFFFFFF
    z = ((z ^ (z >> 27)) * _MIX2) & 0xFFFFFFFFFFFFFFFF
    return z ^ (z >> 31)


def _fsum(terms: Iterable[float]) -> float:
    try:
        return math.fsum(terms)
    except (OverflowError, ValueError):  # infinities
        return math.nan


class _NumPy(_Plain):
    """NumPy's arrays; flat arrays are float64."""

    name = "numpy"

    def __init__(self) -> None:
        self.np = _numpy()

    def is_tensor(self, value: Any) -> bool:
        return isinstance(value, (self.np.ndarray, self.np.generic))

    def is_float(self, value: Any) -> bool:
        return self.np.asarray(value).dtype.kind in "fcV" or self.datatype(value) == "BF16"

    def is_complex(self, value: Any) -> bool:
        return self.np.asarray(value).dtype.kind == "c"

    def shape(self, value: Any) -> Tuple[int, ...]:
        return tuple(self.np.shape(value))

    def datatype(self, value: Any) -> str:
        return _DATATYPES.get(getattr(value, "dtype", self.np.dtype("float64")).name, "FP64")

    def flat(self, value: Any) -> Any:
        if hasattr(value, "detach"):
            value = value.detach().cpu().tolist()
        array = self.np.asarray(value)
        if array.dtype.kind == "c":
            return array.astype(self.np.complex128, order="C").reshape(-1).view(self.np.float64)
        return array.astype(self.np.float64, order="C").reshape(-1)

    def like(self, flat: Any, model: Any, double: bool) -> Any:
        complex_ = self.is_complex(model)
        if complex_:
            flat = self.np.ascontiguousarray(flat).view(self.np.complex128)
        array = flat.reshape(self.shape(model))
        kind = (self.np.complex128 if complex_ else self.np.float64) if double else model.dtype
        array = array.astype(kind, copy=True)
        return array[()] if isinstance(model, self.np.generic) else array

    def copy(self, value: Any, double: bool) -> Any:
        if double and self.is_float(value):
            return self.like(self.flat(value), value, True)
        return value.copy()

    def same(self, a: Any, b: Any) -> bool:
        return self.np.asarray(a).tobytes() == self.np.asarray(b).tobytes()

    def size(self, flat: Any) -> int:
        return int(flat.size)

    def positions(self, shape: Sequence[int], box: Sequence[Sequence[int]]) -> Any:
        found = self.np.zeros(1, self.np.int64)
        for n, (first, last) in zip(shape, box):
            found = (found[:, None] * n + self.np.arange(first, last)).reshape(-1)
        return found

    def take(self, flat: Any, positions: Any) -> Any:
        return flat if positions is None else flat[positions]

    def put(self, flat: Any, positions: Any, step: float, direction: Any) -> Any:
        if positions is None:
            return flat + step * direction
        moved = flat.copy()
        moved[positions] += step * direction
        return moved

    def weights(self, seed: int, name: str, count: int, positions: Any) -> Any:
        np, key = self.np, self.np.uint64(_key(seed, name))
        count = count if positions is None else len(positions)
        made = np.empty(count)
        with np.errstate(over="ignore"):
            for i in range(0, count, _CHUNK):
                j = min(i + _CHUNK, count)
                z = np.arange(i, j, dtype=np.uint64) if positions is None else positions[i:j].astype(np.uint64)
                z = self._mix((z + np.uint64(1)) * np.uint64(_GOLDEN) + key)
                radius = np.sqrt(-2.0 * np.log(((z >> np.uint64(32)).astype(np.float64) + 0.5) * 2.0**-32))
                angle = (z & np.uint64(0xFFFFFFFF)).astype(np.float64) * (2.0 * math.pi * 2.0**-32)
                made[i:j] = radius * np.cos(angle)
        return made

    def _mix(self, z: Any) -> Any:
        u = self.np.uint64
        z = (z ^ (z >> u(30))) * u(_MIX1)
        z = (z ^ (z >> u(27))) * u(_MIX2)
        return z ^ (z >> u(31))

    def times(self, flat: Any, factor: float) -> Any:
        return flat * factor

    def difference(self, a: Any, b: Any) -> Any:
        return a - b

    def dot(self, a: Any, b: Any) -> float:
        return float((a * b).sum())

    def norm(self, a: Any, b: Any = None) -> float:
        with self.np.errstate(over="ignore"):
            return float(self.np.sqrt(((a if b is None else a * b) ** 2).sum()))

    def jittered(self, flat: Any, unit: float, seed: int) -> Any:
        return flat * (1.0 + unit * self.np.sign(self.weights(seed, "jitter", flat.size, None)))

    def zeros(self, count: int) -> Any:
        return self.np.zeros(count)

    def single(self, flat: Any) -> bool:
        with self.np.errstate(all="ignore"):
            finite = flat[self.np.isfinite(flat) & (abs(flat) < 3e38)]
            return bool((finite.astype(self.np.float32) == finite).all())

    def cotangent(self, count: int, seed: int) -> Any:
        np = self.np
        with np.errstate(over="ignore"):
            z = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(_GOLDEN) + np.uint64(_key(seed, "cotangent"))
            z = self._mix(z)
        sign = (z & np.uint64(1)).astype(np.float64) * 2.0 - 1.0
        return (1.0 + (z >> np.uint64(58)).astype(np.float64) / 64.0) * sign


class _Jax(_NumPy):
    """JAX's arrays, moved as NumPy's; evaluated with 64 bits where those are meant."""

    name = "jax"

    def __init__(self) -> None:
        super().__init__()
        self.jax = sys.modules["jax"]

    def is_tensor(self, value: Any) -> bool:
        arrays = (self.jax.Array, self.np.ndarray, self.np.generic)
        return isinstance(value, arrays) and isinstance(value.dtype, self.np.dtype)  # keys of random numbers have none

    def like(self, flat: Any, model: Any, double: bool) -> Any:
        made = super().like(flat, self.np.asarray(model), double)
        return self.jax.numpy.asarray(made)

    def copy(self, value: Any, double: bool) -> Any:
        if double and self.is_float(value):
            return self.like(self.flat(value), value, True)
        return value

    def wide(self) -> Any:
        """Within it, float64 stays float64."""
        try:
            from jax.experimental import enable_x64
        except ImportError:  # newer ones
            return self.jax.enable_x64(True)
        return enable_x64()


class _Torch(_Plain):
    """PyTorch's tensors; flat arrays are float64 tensors beside them (on the CPU where the device has no float64)."""

    name = "torch"

    def __init__(self) -> None:
        self.torch = sys.modules["torch"]

    def is_tensor(self, value: Any) -> bool:
        return isinstance(value, self.torch.Tensor)

    def is_float(self, value: Any) -> bool:
        return value.is_floating_point() or value.is_complex()

    def is_complex(self, value: Any) -> bool:
        return value.is_complex()

    def needs_gradient(self, value: Any) -> bool:
        return value.requires_grad and self.is_float(value)

    def shape(self, value: Any) -> Tuple[int, ...]:
        return tuple(value.shape)

    def datatype(self, value: Any) -> str:
        return _DATATYPES.get(str(value.dtype)[6:], "FP64")

    def flat(self, value: Any) -> Any:
        torch = self.torch
        if not isinstance(value, torch.Tensor):
            value = torch.as_tensor(value.tolist() if hasattr(value, "tolist") else value, dtype=None)
        value = value.detach()
        if value.layout != torch.strided:
            value = value.to_dense()
        if value.device.type == "mps":
            value = value.cpu()
        if value.is_complex():
            value = torch.view_as_real(value.resolve_conj().to(torch.complex128))
        return value.to(torch.float64, copy=True).contiguous().reshape(-1)

    def like(self, flat: Any, model: Any, double: bool) -> Any:
        torch = self.torch
        if model.is_complex():
            made = torch.view_as_complex(flat.reshape(*model.shape, 2))
            kind = torch.complex128 if double else model.dtype
        else:
            made, kind = flat.reshape(model.shape), torch.float64 if double else model.dtype
        return made.to(kind, copy=True).to(model.device)

    def copy(self, value: Any, double: bool) -> Any:
        value = value.detach()
        if double and self.is_float(value):
            return self.like(self.flat(value), value, True)
        if value.layout != self.torch.strided:
            return value.clone()
        return value.clone(memory_format=self.torch.contiguous_format)

    def same(self, a: Any, b: Any) -> bool:
        if a.shape != b.shape or a.dtype != b.dtype or a.layout != self.torch.strided:
            return a.shape == b.shape and a.dtype == b.dtype
        return bool(self.torch.equal(self._bits(a), self._bits(b)))

    def _bits(self, value: Any) -> Any:
        value = value.detach()
        if value.is_complex():
            value = self.torch.view_as_real(value.resolve_conj())
        return value.contiguous().reshape(-1).view(self.torch.uint8) if self.is_float(value) else value

    def size(self, flat: Any) -> int:
        return flat.numel()

    def positions(self, shape: Sequence[int], box: Sequence[Sequence[int]]) -> Any:
        found = self.torch.zeros(1, dtype=self.torch.int64)
        for n, (first, last) in zip(shape, box):
            found = (found[:, None] * n + self.torch.arange(first, last)).reshape(-1)
        return found

    def take(self, flat: Any, positions: Any) -> Any:
        return flat if positions is None else flat[positions.to(flat.device)]

    def put(self, flat: Any, positions: Any, step: float, direction: Any) -> Any:
        if positions is None:
            return flat + step * direction.to(flat.device)
        moved = flat.clone()
        moved[positions.to(flat.device)] += step * direction.to(flat.device)
        return moved

    def weights(self, seed: int, name: str, count: int, positions: Any) -> Any:
        torch, key = self.torch, _signed(_key(seed, name))
        count = count if positions is None else positions.numel()
        made = torch.empty(count, dtype=torch.float64)
        for i in range(0, count, _CHUNK):
            j = min(i + _CHUNK, count)
            z = torch.arange(i, j) if positions is None else positions[i:j]
            z = self._mix((z + 1) * _signed(_GOLDEN) + key)
            high = ((z >> 32) & 0xFFFFFFFF).to(torch.float64).add_(0.5).mul_(2.0**-32)
            angle = (z & 0xFFFFFFFF).to(torch.float64).mul_(2.0 * math.pi * 2.0**-32)
            made[i:j] = high.log_().mul_(-2.0).sqrt_().mul_(angle.cos_())
        return made

    def _mix(self, z: Any) -> Any:
        z = (z ^ ((z >> 30) & ((1 << 34) - 1))) * _signed(_MIX1)  # int64 wraps, and its shifts keep the sign
        z = (z ^ ((z >> 27) & ((1 << 37) - 1))) * _signed(_MIX2)
        return z ^ ((z >> 31) & ((1 << 33) - 1))

    def times(self, flat: Any, factor: float) -> Any:
        return flat * factor

    def difference(self, a: Any, b: Any) -> Any:
        return a - b

    def dot(self, a: Any, b: Any) -> float:
        return float((a * b.to(a.device)).sum())

    def norm(self, a: Any, b: Any = None) -> float:
        return float(((a if b is None else a * b.to(a.device)) ** 2).sum().sqrt())

    def jittered(self, flat: Any, unit: float, seed: int) -> Any:
        return flat * (1.0 + unit * self.weights(seed, "jitter", flat.numel(), None).sign().to(flat.device))

    def zeros(self, count: int) -> Any:
        return self.torch.zeros(count, dtype=self.torch.float64)

    def single(self, flat: Any) -> bool:
        finite = flat[self.torch.isfinite(flat) & (flat.abs() < 3e38)]
        return bool((finite.float().double() == finite).all())

    def cotangent(self, count: int, seed: int) -> Any:
        torch = self.torch
        z = self._mix(torch.arange(1, count + 1) * _signed(_GOLDEN) + _signed(_key(seed, "cotangent")))
        sign = (z & 1).to(torch.float64) * 2.0 - 1.0
        return (1.0 + ((z >> 58) & 63).to(torch.float64) / 64.0) * sign


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _kind(values: Iterable[Any]) -> _Plain:
    """The library that these tensors are of."""
    torch, jax, numpy = (sys.modules.get(name) for name in ("torch", "jax", "numpy"))
    found = set()
    for value in values:
        if torch is not None and isinstance(value, torch.Tensor):
            found.add("torch")
        elif jax is not None and isinstance(value, jax.Array):
            found.add("jax")
        elif numpy is not None and isinstance(value, (numpy.ndarray, numpy.generic)):
            found.add("numpy")
    if {"torch", "jax"} <= found:
        raise Usage("tensors of PyTorch and of JAX in one call")
    return _Torch() if "torch" in found else _Jax() if "jax" in found else _NumPy() if "numpy" in found else _Plain()


# ------------------------------------------------------------------------------------- what is moved, and what is kept


class _Leaf:
    """A tensor that f depends on: its point, its claimed gradient, both flat in float64; complex entries are pairs."""

    def __init__(self, name: str, tensor: Any, kind: _Plain):
        self.name = name
        self.tensor = tensor
        self.kind = kind
        self.shape = (*kind.shape(tensor), 2) if kind.is_complex(tensor) else kind.shape(tensor)
        self.datatype = kind.datatype(tensor)
        self.point = kind.flat(tensor)
        self.count = kind.size(self.point)
        self.size = 1.0  # the root mean square of its values: what a step of 1 means for it
        self.claim: Any = None
        self.noise: List[Any] = []  # the claim again with every number off by an ulp, minus the claim
        self.unused = False
        self.still: Any = None  # 0 where entries do not move, 1 where they do; None where all move
        self.given: Any = None  # the caller's own direction, flat; None where there is none

    def rms(self) -> float:
        return self.kind.norm(self.point) / math.sqrt(self.count) if self.count else 0.0

    def contribution(self) -> float:
        """|| claim || times size: infinite where only the number is too large, NaN where the claim is not finite."""
        kind, tiny = self.kind, 2.0**-600
        norm = self.size * kind.norm(self.claim)
        if math.isfinite(norm):
            return norm
        norm = self.size * kind.norm(kind.times(self.claim, tiny))  # where squares of finite numbers overflow
        return norm / tiny if math.isfinite(norm) else math.nan

    def noise_along(self, direction: Any, positions: Any) -> float:
        """max(|Delta . d|, || Delta o d ||): how far rounding moves the claim along d."""
        kind, most = self.kind, 0.0
        for delta in self.noise:
            part = kind.take(delta, positions)
            most = max(most, abs(kind.dot(part, direction)), kind.norm(part, direction))
        return most


#: What the service keeps of a session: tensors, characters of their description, and those beside name and shape.
_MOST_TENSORS, _MOST_CHARACTERS, _LEAST_CHARACTERS = 10_000, 1_000_000, 88


def _require_room(names: Sequence[str], shapes: Sequence[Sequence[int]]) -> None:
    """Refuses what the service would refuse, before f is called once."""
    if len(names) > _MOST_TENSORS:
        raise Usage(f"{len(names)} tensors, and the service takes {_MOST_TENSORS}: join some, or check them in parts")
    least = sum(len(_json([name, shape])) + _LEAST_CHARACTERS for name, shape in zip(names, shapes))
    if least > _MOST_CHARACTERS:
        raise Usage(
            f"the names and shapes of {len(names)} tensors take {least} characters, and the service keeps "
            f"{_MOST_CHARACTERS}: join some, give shorter names, or check them in parts"
        )


def _brief(value: float, count: int) -> float:
    """To three digits where there are thousands of them, so that they fit into what the service keeps."""
    return float(f"{value:.3g}") if count > 1000 else value


def _sizes(leaves: Sequence[_Leaf]) -> None:
    """A tensor of zeros, such as a fresh bias, would never move: it takes the median of the others."""
    found = sorted(rms for rms in (leaf.rms() for leaf in leaves) if math.isfinite(rms) and rms > 0)
    median = found[len(found) // 2] if found else 1.0
    for leaf in leaves:
        rms = leaf.rms()
        leaf.size = _brief(rms if math.isfinite(rms) and rms >= 1e-3 * median else median, len(leaves))


class _Randomness:
    """The states of all random generators that can be found: kept, seeded before every evaluation, put back."""

    def __init__(self, seed: int):
        self._seed = seed % (1 << 32)
        self._restore: List[Callable[[], Any]] = []
        state = random.getstate()
        self._restore.append(lambda: random.setstate(state))
        numpy = sys.modules.get("numpy")
        self._numpy = numpy if numpy is not None and hasattr(numpy, "random") else None
        if self._numpy is not None:
            drawn = self._numpy.random.get_state()
            self._restore.append(lambda: numpy.random.set_state(drawn))
        self._torch = torch = sys.modules.get("torch")
        if torch is not None:
            cpu = torch.get_rng_state()
            self._restore.append(lambda: torch.set_rng_state(cpu))
            if torch.cuda.is_available() and torch.cuda.is_initialized():
                devices = torch.cuda.get_rng_state_all()
                self._restore.append(lambda: torch.cuda.set_rng_state_all(devices))

    def seed(self) -> None:
        random.seed(self._seed)
        if self._numpy is not None:
            self._numpy.random.seed(self._seed)
        if self._torch is not None:
            self._torch.manual_seed(self._seed)

    def restore(self) -> None:
        for restore in self._restore:
            restore()


def _map(value: Any, kind: _Plain, change: Callable[[str, Any], Any], path: str = "") -> Any:
    """The same dicts, lists and tuples with change(path, tensor) in the place of every tensor."""
    if kind.is_tensor(value):
        return change(path, value)
    if isinstance(value, Mapping):
        items = {k: _map(v, kind, change, f"{path}.{k}" if path else str(k)) for k, v in value.items()}
        return items if type(value) is dict else type(value)(items)
    if isinstance(value, (list, tuple)):
        rows = [_map(v, kind, change, f"{path}.{i}" if path else str(i)) for i, v in enumerate(value)]
        return type(value)(*rows) if hasattr(value, "_fields") else type(value)(rows)
    return value


def _collect(value: Any, kind: _Plain) -> List[Tuple[str, Any]]:
    """Every tensor in it with its path."""
    found: List[Tuple[str, Any]] = []

    def note(path: str, tensor: Any) -> Any:
        found.append((path, tensor))
        return tensor

    _map(value, kind, note)
    return found


_Move = Tuple[int, Any, Any]  # (which leaf, its flat positions or None for all, the direction there)


class _Twice(NamedTuple):
    """f's gradients in its own datatype and in float64, flat, a leaf each; None where there is no autograd."""

    own: Optional[Sequence[Any]] = None
    wide: Optional[Sequence[Any]] = None
    noise: Sequence[Sequence[Any]] = ()  # by how much the former move where every number is off by an ulp


_Way = Callable[[], _Twice]


def _same_function(datatype: str) -> float:
    """Beyond it, f in float64 is another function than f in its own datatype: casts, random numbers."""
    return max(1e-3, 16 * 2.0 ** -_PRECISION.get(datatype, 53))


def _unit(datatype: str) -> float:
    """The distance from 1 to the next number."""
    return 2.0 ** (1 - _PRECISION.get(datatype, 53))


def _ulp(kind: _Plain, tensor: Any) -> float:
    return _unit(kind.datatype(tensor))


def _coarsest(datatypes: Iterable[str]) -> str:
    return min(datatypes, key=lambda name: _PRECISION.get(name, 53), default="FP64")


class _NoCopy(Exception):
    """Why no copy of the model will do."""


class _Datatypes:
    """The datatypes that gradients flow in from some outputs on, casts and torch.autocast's among them."""

    def __init__(self, outputs: Iterable[Any]):
        self._found: List[str] = []
        self._handles: List[Any] = []
        seen = set()
        waiting = [getattr(output, "grad_fn", None) for output in outputs]
        while waiting:
            node = waiting.pop()
            if node is None or node in seen:
                continue
            seen.add(node)
            waiting += [after for after, _ in node.next_functions]
            if not node.name().endswith("AccumulateGrad"):
                self._handles.append(node.register_hook(self._note))

    def _note(self, inputs: Any, outputs: Any) -> None:
        names = {str(gradient.dtype)[6:] for gradient in (*inputs, *outputs) if gradient is not None}
        self._found += [_DATATYPES[name] for name in names if name in _DATATYPES]

    def coarsest(self) -> str:
        """Of those seen since; and no longer looks."""
        for handle in self._handles:
            handle.remove()
        return _coarsest(self._found)


class _Objective:
    """A scalar function f of leaves that can be moved, v . F for a function F with more than one output.

    As a context it keeps the state of the world and puts it back, exceptions included.
    """

    def __init__(self, kind: _Plain, seed: int):
        self.kind = kind
        self.seed = seed
        self.leaves: List[_Leaf] = []
        self.notes: List[str] = []
        self.widens = True  # whether to evaluate in float64 where f is the same function there
        self.datatype = "FP64"  # what f is evaluated in
        self.arithmetic = "FP64"  # the coarsest datatype that the claim passes through
        self.same_function = 0.0  # how far f in float64 is from f in its own datatype
        self.deterministic = True
        self.evaluations = 0
        self.cotangents: List[Any] = []
        self.product = "gradient"  # or jvp, hvp: along the leaves' given direction
        self.identities: List[Mapping[str, Any]] = []  # products that are equal by a law
        self.along: Optional[Tuple[float, float, float]] = None  # v . J u, the norm of its terms, what rounding does to it
        self._random: Optional[_Randomness] = None
        self._double = False  # whether f is evaluated in float64 now
        self._jitters: List[float] = []  # f again with every number off by an ulp

    def __enter__(self) -> "_Objective":
        torch = sys.modules.get("torch")
        if self.kind.name == "torch" and torch is not None and torch.is_inference_mode_enabled():
            raise Usage("torch.inference_mode is on, and nothing can be differentiated in it: call the check outside of it")
        self._random = _Randomness(self.seed)
        try:
            own = self._prepare()
            _sizes(self.leaves)
            self._tell_arithmetic()
            self._widen(own)
            self.deterministic = _identical(self.value((), 0.0), self.value((), 0.0))
            if not self.deterministic:
                self.notes.append("f gives different values at the same point, with the same random seed.")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: Any) -> None:
        try:
            self._release()
        finally:
            self._forget_casts()
            if self._random is not None:
                self._random.restore()

    def value(self, moves: Sequence[_Move], step: float) -> float:
        """f(x + step d) as a float64 number; nothing is left moved."""
        assert self._random is not None
        self.evaluations += 1
        self._random.seed()
        return self._reduced(self._outputs(moves, step))

    def several(self) -> bool:
        """Whether f is v . F, so that another v may see what this one cannot."""
        return sum(self.kind.size(v) for v in self.cotangents) > 1

    def _prepare(self) -> List[Any]:
        """Finds the leaves and their claims; gives f's outputs in its own datatype."""
        raise NotImplementedError

    def _outputs(self, moves: Sequence[_Move], step: float) -> List[Any]:
        raise NotImplementedError

    def _release(self) -> None:
        pass

    def _reduced(self, outputs: Sequence[Any]) -> float:
        """v . F, products and sum in float64."""
        if len(outputs) != len(self.cotangents):
            raise ValueError(f"f gave {len(self.cotangents)} outputs at first, and {len(outputs)} now")
        total = 0.0
        for output, cotangent in zip(outputs, self.cotangents):
            flat = self.kind.flat(output)
            if self.kind.size(flat) != self.kind.size(cotangent):
                raise ValueError("the shape of f's output changes")
            total += self.kind.dot(flat, cotangent)
        return total

    def _choose_cotangents(self, outputs: Sequence[Any]) -> None:
        flats = [self.kind.flat(output) for output in outputs]
        if sum(self.kind.size(flat) for flat in flats) == 1:
            self.cotangents = [self._ones(flat) for flat in flats]
        else:
            self.cotangents = [
                self.kind.cotangent(self.kind.size(flat), self.seed + 7919 * i) for i, flat in enumerate(flats)
            ]

    def _ones(self, flat: Any) -> Any:
        """1 for the only number there is; nothing for an empty output."""
        return self.kind.flat([1.0] * self.kind.size(flat)) if self.kind.size(flat) else flat

    def _apart(self, a: Sequence[Any], b: Sequence[Any]) -> float:
        """|| a - b || / || a || of two evaluations' outputs; infinite where they are not alike."""
        kind = self.kind
        flat_a, flat_b = [kind.flat(x) for x in a], [kind.flat(x) for x in b]
        if [kind.size(x) for x in flat_a] != [kind.size(x) for x in flat_b]:
            return math.inf
        off = math.hypot(*(kind.norm(kind.difference(x, y)) for x, y in zip(flat_a, flat_b)))
        whole = math.hypot(*(kind.norm(x) for x in flat_a))
        apart = off / whole if whole else off
        return apart if apart == apart else (0.0 if whole != whole else math.inf)

    def _claim_datatype(self) -> str:
        """The coarsest datatype that a part of the claim was computed in."""
        return _coarsest([self.arithmetic, *(leaf.datatype for leaf in self.leaves if not leaf.unused)])

    def _ulp(self, tensor: Any) -> float:
        """An ulp of the tensor's own datatype; what a cast to a coarser one loses, half of that one's, where it is more."""
        return max(_ulp(self.kind, tensor), _unit(self.arithmetic) / 2)

    def _forget_casts(self) -> None:
        """torch.autocast keeps what it has cast, and does not see that the tensor has moved since."""
        torch = sys.modules.get("torch")
        if self.kind.name == "torch" and torch is not None:
            torch.clear_autocast_cache()

    def _tell_arithmetic(self) -> None:
        if _PRECISION[self.arithmetic] < min(_PRECISION.get(leaf.datatype, 53) for leaf in self.leaves):
            self.notes.append(
                f"The gradient passes through {self.arithmetic}, by torch.autocast or a cast: it is judged as one that "
                f"was computed in that."
            )

    # -- float64, where f is the same function there

    def _stored(self) -> str:
        """The coarsest datatype of what f is given."""
        raise NotImplementedError

    def _ways(self) -> Sequence[_Way]:
        """How f can be evaluated in float64; each gives the gradients to be compared."""
        raise NotImplementedError

    def _narrow(self) -> None:
        """Back to f's own datatype."""
        self._double = False

    def _widen(self, own: Sequence[Any]) -> None:
        """Evaluates in float64 from here on where f is the same function there, else in its own datatype."""
        self.datatype = _coarsest([self._stored(), self.arithmetic])
        if not self.widens or self._stored() == "FP64":
            return
        there = self._values_nearby()
        reasons: List[str] = []
        for way in self._ways():
            try:
                why = self._other(way, own, there)
            except Exception as error:
                why = str(error) if isinstance(error, _NoCopy) else f"it raises {_short(error)}"
            if why is None:
                if reasons:
                    self.notes.append(f"The model itself was float64 meanwhile, no copy of it: {reasons[0]}.")
                return
            reasons.append(why)
            self._narrow()
        self.same_function = 0.0
        self.notes.append(f"f was evaluated in {self.datatype}, since in FP64 it is not the same: {reasons[-1]}.")

    def _other(self, way: _Way, own: Sequence[Any], there: Sequence[float]) -> Optional[str]:
        """Goes that way to float64, and says in what f is another function there; None where it is the same."""
        gradients = way()
        assert self._random is not None
        self._random.seed()
        outputs = self._outputs((), 0.0)
        here = [self._reduced(own), self._reduced(outputs)]
        apart, most = self._apart(own, outputs), _same_function(self.datatype)
        spread = max((abs(jitter - here[0]) for jitter in self._jitters), default=0.0)
        if apart > most and not abs(here[0] - here[1]) <= 4 * spread:  # a sum that cancels is all rounding
            return f"its value differs by {apart:.1e}"
        self.same_function = min(apart, most)
        off = self._rounding(own, here)
        for a, b in zip(there, self._values_nearby()):
            change, other = a - here[0], b - here[1]
            if abs(change - other) > 8 * off + 0.02 * max(abs(change), abs(other)):
                return f"at a point nearby its value changes by {other:.3g}, and not by {change:.3g}"
        why = self._gradient_differs(way, gradients, here, off)
        if why is not None:
            return why
        datatypes = [self.kind.datatype(output) if self.kind.is_tensor(output) else "FP64" for output in outputs]
        self.datatype = _coarsest(datatypes)
        return None

    def _gradient_differs(self, way: _Way, gradients: _Twice, here: Sequence[float], off: float) -> Optional[str]:
        """Where f's gradient is not that of its values in float64, unless its own values side with the latter."""
        narrow, wide, noise = gradients
        if narrow is None or wide is None:
            return None
        kind, differences = self.kind, [self._unexplained(*three) for three in zip(narrow, wide, noise)]
        norm = math.hypot(*(leaf.size * kind.norm(d) for leaf, d in zip(self.leaves, differences) if d is not None))
        if not norm or not math.isfinite(norm):
            return None
        along = [
            (i, None, kind.times(d, self.leaves[i].size ** 2 / norm)) for i, d in enumerate(differences) if d is not None
        ]
        points = [self._exactly(along, step) for step in (0.01, 0.1, 1.0)]
        there = self._values(points)
        self._narrow()
        own = self._values(points)
        way()
        for moves, a, b in zip(points, own, there):
            apart = abs((a - here[0]) - (b - here[1]))
            expected = abs(_fsum(kind.dot(kind.difference(narrow[i], wide[i]), d) for i, _, d in moves))
            if apart < expected / 2 and expected > 4 * off:
                return None  # a wrong claim of the same function
            if apart >= expected / 2 and apart > 2 * off:
                break
        worst = max(range(len(differences)), key=lambda i: 0.0 if differences[i] is None else kind.norm(differences[i]))
        return f"its gradient by {self.leaves[worst].name} differs by {kind.norm(differences[worst]):.1e}"

    def _unexplained(self, narrow: Any, wide: Any, noise: Sequence[Any]) -> Any:
        """The difference of two gradients by a leaf, where it is more than the service puts down to rounding; else None."""
        kind, datatype = self.kind, self._claim_datatype()
        difference = kind.difference(narrow, wide)
        units = (4 if datatype in ("FP16", "BF16") else 32) * _unit(datatype)
        rounding = max((kind.norm(delta) for delta in noise), default=0.0)
        return difference if kind.norm(difference) > 4.3 * rounding + units * kind.norm(wide) else None

    def _near(self, name: str) -> List[_Move]:
        """A tenth of a step away, in every leaf."""
        kind = self.kind
        moves: List[_Move] = []
        for i, leaf in enumerate(self.leaves):
            weights = kind.weights(self.seed, f"{name} {leaf.name}", leaf.count, None)
            moves += self._exactly([(i, None, kind.times(weights, leaf.size))], 0.1)
        return moves

    def _exactly(self, moves: Sequence[_Move], step: float) -> List[_Move]:
        """The move to what x + step d is in the tensors' own datatypes, so that both arithmetics are at one point."""
        kind, exact = self.kind, []
        for i, at, direction in moves:
            leaf = self.leaves[i]
            if leaf.still is not None:
                direction = direction * leaf.still
            moved = kind.flat(kind.like(kind.put(leaf.point, at, step, direction), leaf.tensor, False))
            exact.append((i, at, kind.difference(moved, leaf.point)))
        return exact

    def _beside_the_claim(self, wide: Sequence[Any]) -> _Twice:
        return _Twice([leaf.claim for leaf in self.leaves], wide, [leaf.noise for leaf in self.leaves])

    def _values_nearby(self) -> List[float]:
        return self._values(self._near(f"near {i}") for i in range(2))

    def _values(self, points: Iterable[Sequence[_Move]]) -> List[float]:
        """f at points; NaN where it raises, which no comparison holds against anybody."""
        values = []
        for moves in points:
            try:
                values.append(self.value(moves, 1.0))
            except Exception:
                values.append(math.nan)
        return values

    def _rounding(self, own: Sequence[Any], here: Sequence[float]) -> float:
        """What rounding does to f's value in its own datatype."""
        kind = self.kind
        size = math.hypot(*(kind.norm(kind.flat(output), v) for output, v in zip(own, self.cotangents)))
        return max([8 * _unit(self.datatype) * size, *(abs(x - here[0]) for x in (here[1], *self._jitters))])


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool) or str(getattr(value, "dtype", "")).rpartition(".")[2] == "bool"


def _identical(a: float, b: float) -> bool:
    return a == b or (a != a and b != b)


class _Function(_Objective):
    """f(*inputs), a function of the caller's: torch, jax, numpy or plain numbers, the gradient its own or given."""

    def __init__(
        self,
        f: Callable[..., Any],
        inputs: Sequence[Any],
        gradients: Any = None,
        cotangent: Any = None,
        names: Optional[Sequence[str]] = None,
        seed: int = 42,
    ):
        super().__init__(_kind(_any_tensors(inputs)), seed)
        self._f = f
        self._inputs = tuple(inputs)
        self._gradients = gradients
        self._cotangent = cotangent
        self._names = names
        self._which: List[str] = []  # the leaves' paths in the inputs
        self._places: List[int] = []  # and which of the inputs' tensors they are: paths may be alike
        self._differentiable: Optional[List[int]] = None  # which outputs count
        self._after: List[Any] = []  # the inputs after the first call
        self._models: List[Any] = []  # the outputs of the first call, by which cotangents are shaped

    def _prepare(self) -> List[Any]:
        self._find_leaves()
        before = [self.kind.copy(tensor, False) for _, tensor in _collect(self._inputs, self.kind)]
        own = self._claim()
        if not all(self.kind.same(a, b) for a, b in zip(before, self._after)):
            self.notes.append("f changes its inputs; every evaluation got a fresh copy.")
        return own

    def _find_leaves(self) -> None:
        kind = self.kind
        tensors = [(place, path, tensor) for place, (path, tensor) in enumerate(_collect(self._inputs, kind))]
        found = [(place, path, tensor) for place, path, tensor in tensors if kind.is_float(tensor)]
        wanted = [(place, path, tensor) for place, path, tensor in found if kind.needs_gradient(tensor)]
        if not wanted and kind.name == "torch" and self._gradients is None:
            raise Usage(
                "none of the inputs is a floating or complex tensor that requires a gradient: "
                "set requires_grad on those that f is to be differentiated by, or give gradients="
            )
        wanted = wanted or found
        if not wanted:
            raise Usage("none of the inputs is a tensor of floating or complex numbers")
        wanted = [(place, path, tensor) for place, path, tensor in wanted if math.prod(kind.shape(tensor))]
        if not wanted:
            raise Usage("the inputs have no entries")
        paths = [path for _, path, _ in wanted]
        names = self._leaf_names(paths)
        _require_room(names, [kind.shape(tensor) for *_, tensor in wanted])
        given = self._given(paths) if self._gradients is not None and not callable(self._gradients) else None
        for i, (place, path, tensor) in enumerate(wanted):
            if given is not None and given[i] is None:
                continue  # nothing is claimed about it
            self.leaves.append(_Leaf(names[i], tensor, kind))
            self._which.append(path)
            self._places.append(place)
            if given is not None:
                self._set_given(self.leaves[-1], given[i])
        if not self.leaves:
            raise Usage("gradients holds nothing but None")

    def _leaf_names(self, paths: Sequence[str]) -> List[str]:
        if self._names is not None:
            if len(self._names) != len(paths) or len(set(self._names)) != len(paths):
                raise Usage(f"names: {len(paths)} different ones are needed, for {list(paths)}; got {self._names}")
            return [str(name) for name in self._names]
        try:
            arguments = [p.name for p in inspect.signature(self._f).parameters.values() if p.kind in (0, 1)]
        except (TypeError, ValueError):
            arguments = []
        named = []
        for path in paths:
            head, _, rest = path.partition(".")
            head = arguments[int(head)] if int(head) < len(arguments) else f"input{head}"
            named.append(f"{head}.{rest}" if rest else head)
        for names in (named, list(paths)):
            if len(set(names)) == len(names):
                return names
        alike = sorted(name for name, count in collections.Counter(named).items() if count > 1)
        raise Usage(f"several inputs are called {alike}: give names=, a different one for each of {len(named)}")

    def _given(self, paths: Sequence[str]) -> List[Any]:
        """The caller's gradients in the order of the leaves: by their paths where those are the inputs' own."""
        gradients = self._gradients
        pairs = list(_parts(gradients))
        parts = dict(pairs)
        for named in (parts, {f"0.{path}": part for path, part in parts.items()}):
            if set(named) == set(paths) and len(named) == len(pairs) == len(paths):
                return [named[path] for path in paths]
        found = [part for _, part in pairs]
        if len(found) != len(paths) and isinstance(gradients, (list, tuple)) and len(gradients) == len(paths):
            found = list(gradients)  # numbers, one for each number
        if len(found) != len(paths):
            raise Usage(f"gradients: {len(paths)} are needed, for {list(paths)}; got {len(found)}")
        return found

    def _set_given(self, leaf: _Leaf, gradient: Any) -> None:
        leaf.claim = self.kind.flat(gradient)
        count = self.kind.size(leaf.claim)
        if count != leaf.count:
            raise Usage(f"the gradient of {leaf.name} has {count} numbers, {leaf.name} itself {leaf.count}")
        leaf.datatype = self.kind.datatype(gradient) if self.kind.is_tensor(gradient) else "FP64"
        if leaf.datatype == "FP64" and self.kind.norm(leaf.claim) > 0 and self.kind.single(leaf.claim):
            leaf.datatype = "FP32"  # float32 numbers throughout: it was computed in float32

    def _arguments(self, moves: Sequence[_Move], step: float, double: bool, jitter: int = 0) -> Tuple[Any, List[Any]]:
        """Fresh arguments with the leaves moved, or every number off by an ulp; and the leaves among them."""
        kind = self.kind
        moved = {self._places[i]: kind.put(self.leaves[i].point, at, step, d) for i, at, d in moves}
        fresh: List[Any] = []

        def make(_: str, tensor: Any) -> Any:
            place = len(fresh)
            if place in moved:
                made = kind.like(moved[place], tensor, double)
            elif jitter and kind.is_float(tensor):
                made = kind.like(kind.jittered(kind.flat(tensor), self._ulp(tensor), jitter), tensor, double)
            else:
                made = kind.copy(tensor, double)
            if kind.needs_gradient(tensor):
                made.requires_grad_()
            fresh.append(made)
            return made

        return _map(self._inputs, kind, make), [fresh[place] for place in self._places]

    def _call(self, arguments: Any) -> List[Any]:
        """The outputs of f that count, in order."""
        torch = sys.modules.get("torch")
        self._forget_casts()
        with torch.enable_grad() if self.kind.name == "torch" and torch is not None else contextlib.nullcontext():
            result = self._f(*arguments)
        kind = self.kind
        outputs = [tensor for _, tensor in _collect(result, kind) if kind.is_float(tensor)]
        if not outputs:
            outputs = [tensor for _, tensor in _collect(result, _Plain())]
        if not outputs and hasattr(result, "__float__") and not _is_bool(result):
            with contextlib.suppress(TypeError, ValueError, RuntimeError):  # of more than one number
                outputs = [float(result)]
        if not outputs:
            of = f" of {result.dtype}" if hasattr(result, "dtype") else ""
            raise Usage(f"f must return numbers, real or complex, or tensors of them; it returned {type(result).__name__}{of}")
        return outputs if self._differentiable is None else [outputs[i] for i in self._differentiable]

    def _outputs(self, moves: Sequence[_Move], step: float) -> List[Any]:
        with self._wide():
            return self._call(self._arguments(moves, step, self._double)[0])

    def _wide(self) -> Any:
        return self.kind.wide() if self._double and isinstance(self.kind, _Jax) else contextlib.nullcontext()

    def _claim(self) -> List[Any]:
        """Sets the leaves' claims; f's outputs in its own datatype."""
        assert self._random is not None
        self._random.seed()
        arguments, fresh = self._arguments((), 0.0, False)
        if self._gradients is not None:
            outputs = self._call(arguments)
            self._after = [tensor for _, tensor in _collect(arguments, self.kind)]
            self._choose_given_cotangents(outputs)
            if callable(self._gradients):
                self._called()
            return outputs
        if self.kind.name == "torch":
            return self._by_torch(arguments, fresh)
        if self.kind.name == "jax":
            return self._by_jax(arguments)
        raise Usage("there is no autograd for these inputs: give gradients=, the gradient to be checked")

    def _choose_given_cotangents(self, outputs: Sequence[Any]) -> None:
        if self._cotangent is not None:
            tensors = [tensor for _, tensor in _collect(self._cotangent, self.kind)] or [self._cotangent]
            self.cotangents = [self.kind.flat(tensor) for tensor in tensors]
            self._reduced(outputs)
            return
        self._choose_cotangents(outputs)
        if self.several() and not callable(self._gradients):
            raise Usage(
                "f returns more than one number: give cotangent=v with gradients of sum(v * f(x)), or gradients= as a "
                "function that is called with the inputs and cotangent=v"
            )

    def _called(self) -> None:
        """The claim by the caller's own function, three times: as it is, and twice with every number off by an ulp."""
        for jitter in (0, 1, 2):
            assert self._random is not None
            self._random.seed()
            arguments, _ = self._arguments((), 0.0, False, jitter)
            extra = {"cotangent": self._shaped_cotangent()} if self.several() else {}
            try:
                given = self._gradients(*arguments, **extra)
            except Exception:
                if jitter:
                    return
                raise
            gradients, self._gradients = self._gradients, given
            try:
                parts = self._given(self._which)
            finally:
                self._gradients = gradients
            for leaf, part in zip(self.leaves, parts):
                if jitter:
                    leaf.noise.append(self.kind.difference(self._flat_or_zero(leaf, part), leaf.claim))
                elif part is None:
                    self._set_unused(leaf)
                else:
                    self._set_given(leaf, part)

    def _shaped_cotangent(self) -> Any:
        shaped = [self.kind.like(v, model, False) for v, model in zip(self.cotangents, self._models)]
        return shaped[0] if len(shaped) == 1 else tuple(shaped)

    def _choose_cotangents(self, outputs: Sequence[Any]) -> None:
        super()._choose_cotangents(outputs)
        self._models = list(outputs)

    def _flat_or_zero(self, leaf: _Leaf, gradient: Any) -> Any:
        return self.kind.zeros(leaf.count) if gradient is None else self.kind.flat(gradient)

    def _set_unused(self, leaf: _Leaf) -> None:
        leaf.claim = self.kind.zeros(leaf.count)
        leaf.unused = True

    def _by_torch(self, arguments: Any, fresh: List[Any]) -> List[Any]:
        outputs = self._call(arguments)
        self._after = [tensor for _, tensor in _collect(arguments, self.kind)]
        differentiable = [i for i, output in enumerate(outputs) if getattr(output, "requires_grad", False)]
        self._differentiable = differentiable or list(range(len(outputs)))
        outputs = [outputs[i] for i in self._differentiable]
        self._choose_cotangents(outputs)
        seen = _Datatypes(outputs)
        gradients = self._pulled(outputs, fresh)
        self.arithmetic = seen.coarsest()
        for leaf, gradient in zip(self.leaves, gradients):
            if gradient is None:
                self._set_unused(leaf)
            else:
                leaf.claim = self.kind.flat(gradient)
        with contextlib.suppress(Exception):  # a function may insist on exact numbers
            for jitter in (1, 2):
                for leaf, flat in zip(self.leaves, self._autograd(jitter)):
                    leaf.noise.append(self.kind.difference(flat, leaf.claim))
        return [output.detach() if hasattr(output, "detach") else output for output in outputs]

    def _autograd(self, jitter: int = 0) -> List[Any]:
        """The flat gradients of f as it is evaluated now, by PyTorch."""
        assert self._random is not None
        self._random.seed()
        arguments, fresh = self._arguments((), 0.0, self._double, jitter)
        outputs = self._call(arguments)
        gradients = self._pulled(outputs, fresh, jitter)
        if jitter:
            self._jitters.append(self._reduced([output.detach() for output in outputs]))
        return [self._flat_or_zero(leaf, gradient) for leaf, gradient in zip(self.leaves, gradients)]

    def _pulled(self, outputs: Sequence[Any], fresh: Sequence[Any], jitter: int = 0) -> Sequence[Any]:
        kind, torch = self.kind, self.kind.torch  # type: ignore[attr-defined]
        if not any(getattr(output, "requires_grad", False) for output in outputs):
            return [None] * len(fresh)
        cotangents = [kind.like(v, output, False) for v, output in zip(self.cotangents, outputs)]
        if jitter:
            cotangents = [kind.like(kind.jittered(kind.flat(v), self._ulp(v), jitter), v, False) for v in cotangents]
        return torch.autograd.grad(outputs, list(fresh), cotangents, allow_unused=True)

    def _by_jax(self, arguments: Any) -> List[Any]:
        self._after = [tensor for _, tensor in _collect(arguments, self.kind)]
        results = self._jax_gradients(0, lambda leaf, flat: setattr(leaf, "claim", flat))
        for jitter in (1, 2):
            self._jax_gradients(jitter, lambda leaf, flat: leaf.noise.append(flat - leaf.claim))
        return results

    def _jax_gradients(self, jitter: int, take: Callable[[_Leaf, Any], Any]) -> List[Any]:
        """The flat gradients of f as it is evaluated now, by JAX, to be taken leaf by leaf; and f's outputs."""
        jax, kind = self.kind.jax, self.kind  # type: ignore[attr-defined]

        def of_leaves(leaves: List[Any]) -> List[Any]:
            values, places = dict(zip(self._places, leaves)), itertools.count()
            return self._call(_map(arguments, kind, lambda _, tensor: values.get(next(places), tensor)))

        arguments, fresh = self._arguments((), 0.0, self._double, jitter)
        outputs, pull = jax.vjp(of_leaves, fresh)
        if not self.cotangents:
            self._choose_cotangents(outputs)
        cotangents = [jax.numpy.conj(kind.like(v, model, self._double)) for v, model in zip(self.cotangents, outputs)]
        # JAX writes the covector of a complex number as its conjugate; everything else here is as in PyTorch.
        for leaf, gradient in zip(self.leaves, pull(cotangents)[0]):
            take(leaf, kind.flat(jax.numpy.conj(gradient)))
        return outputs

    def _stored(self) -> str:
        kind = self.kind
        return _coarsest(kind.datatype(tensor) for _, tensor in _collect(self._inputs, kind) if kind.is_float(tensor))

    def _ways(self) -> Sequence[_Way]:
        return [self._in_float64]

    def _in_float64(self) -> _Twice:
        self._double = True
        if self._gradients is not None or self.kind.name not in ("torch", "jax"):
            return _Twice()
        wide: List[Any] = []
        if self.kind.name == "torch":
            wide += self._autograd()
        else:
            with self._wide():
                self._jax_gradients(0, lambda _, flat: wide.append(flat))
        return self._beside_the_claim(wide)


class _Product(_Function):
    """J u of a function along the caller's direction u, beside J' v; of a gradient, H u beside H w."""

    def __init__(
        self,
        f: Callable[..., Any],
        inputs: Sequence[Any],
        forward: Callable[..., Any],
        backward: Any,
        tangents: Any,
        product: str,
        cotangent: Any = None,
        names: Optional[Sequence[str]] = None,
        seed: int = 42,
    ):
        super().__init__(f, inputs, backward, cotangent, names, seed)
        self._forward = forward
        self._tangents = tangents
        self.product = product

    def __enter__(self) -> "_Objective":
        super().__enter__()
        try:
            self._set_directions()
            self._multiply()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _set_directions(self) -> None:
        """As long as the point: products are linear in u, and steps are in proportion to it."""
        kind = self.kind
        if self._tangents is None:
            for leaf in self.leaves:
                weights = kind.weights(self.seed, f"tangent {leaf.name}", leaf.count, None)
                leaf.given = kind.times(weights, leaf.size)
            return
        parts = [part for _, part in _parts(self._tangents)]
        flats = [kind.flat(part) for part in parts]
        if [kind.size(flat) for flat in flats] != [leaf.count for leaf in self.leaves]:
            raise Usage(f"tangents: one for each of {[leaf.name for leaf in self.leaves]}, of its shape, is needed")
        norm = math.hypot(*(kind.norm(flat) for flat in flats))
        if not (math.isfinite(norm) and norm > 0.0):
            raise Usage("the tangents must be finite, and not all zero")
        whole = math.hypot(*(leaf.size * math.sqrt(leaf.count) for leaf in self.leaves))
        for leaf, flat in zip(self.leaves, flats):
            leaf.given = kind.times(flat, whole / norm)

    def _multiply(self) -> None:
        """v . (J u), three times: as it is, and twice with every number off by an ulp; and (J' v) . u beside it."""
        kind, lefts, norm = self.kind, [], 0.0
        for jitter in (0, 1, 2):
            assert self._random is not None
            self._random.seed()
            arguments, fresh = self._arguments((), 0.0, False, jitter)
            tangents = [kind.like(leaf.given, x, False) for leaf, x in zip(self.leaves, fresh)]
            try:
                products = self._forward(self, arguments, fresh, tangents)
            except Exception:
                if jitter:
                    break
                raise
            flats = [kind.flat(part) for _, part in _parts(products)]
            if [kind.size(flat) for flat in flats] != [kind.size(v) for v in self.cotangents]:
                raise Usage("the product must have the shape of the function's output")
            lefts.append(sum(kind.dot(flat, v) for flat, v in zip(flats, self.cotangents)))
            if not jitter:
                norm = math.hypot(*(kind.norm(flat, v) for flat, v in zip(flats, self.cotangents)))
        leaves = self.leaves
        right = _fsum(kind.dot(leaf.claim, leaf.given) for leaf in leaves)
        spread = max((abs(left - lefts[0]) for left in lefts), default=0.0)
        for deltas in zip(*(leaf.noise for leaf in leaves)):
            spread = max(spread, abs(_fsum(kind.dot(d, leaf.given) for d, leaf in zip(deltas, leaves))))
        known = len(lefts) == 3 and all(len(leaf.noise) == 2 or leaf.unused for leaf in leaves)
        self.along = (lefts[0], norm, spread)
        self.identities.append({
            "law": "symmetry" if self.product == "hvp" else "dot",
            "left": lefts[0],
            "right": right,
            "leftNorm": norm,
            "rightNorm": math.hypot(*(kind.norm(leaf.claim, leaf.given) for leaf in leaves)),
            **({"spread": spread} if known else {}),
        })  # fmt: skip


def _any_tensors(value: Any) -> Iterator[Any]:
    """Everything in it that may be a tensor, whatever the library."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _any_tensors(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _any_tensors(item)
    else:
        yield value


def _parts(value: Any, path: str = "") -> Iterator[Tuple[str, Any]]:
    """Every gradient in it with its path: a tensor of any library, a nested list of numbers, or None."""
    if isinstance(value, Mapping):
        items: Iterable[Tuple[Any, Any]] = value.items()
    elif isinstance(value, (list, tuple)) and not (isinstance(value, list) and _is_numbers(value)):
        items = enumerate(value)
    else:
        yield path, value
        return
    for name, item in items:
        yield from _parts(item, f"{path}.{name}" if path else str(name))


def _is_numbers(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return bool(value) and all(_is_numbers(item) for item in value)
    return isinstance(value, (int, float, complex)) and not isinstance(value, bool)


def _short(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]


class _Kept:
    """Tensors of the caller's, and what they hold: put back bit for bit."""

    def __init__(self, kind: "_Torch", tensors: Iterable[Any]):
        self._kind = kind
        self._kept = [(tensor, tensor.data, kind.copy(tensor, False)) for tensor in tensors]

    def changed(self) -> bool:
        return not all(self._kind.same(tensor, kept) for tensor, _, kept in self._kept)

    def restore(self) -> None:
        for tensor, data, kept in self._kept:
            if not self._kind.same(tensor, kept):
                if tensor.data_ptr() != data.data_ptr() or tensor.shape != data.shape or tensor.dtype != data.dtype:
                    tensor.data = data
                data.copy_(kept)


class _ModuleState:
    """Everything of a torch.nn.Module that an evaluation may change, and its place: put back bit for bit."""

    def __init__(self, module: Any):
        torch = sys.modules["torch"]
        self._torch, self._kind = torch, _Torch()
        self._training = [(part, part.training) for part in module.modules()]
        gradients = [p.grad for p in module.parameters() if p.is_leaf]
        self._gradients = [(grad, grad.clone()) for grad in gradients if grad is not None]
        self._parameters = [
            (p, p.requires_grad, p.grad if p.is_leaf else None, p.data, p.data.clone()) for p in module.parameters()
        ]
        held = [
            (part, name, value)
            for part in module.modules()
            for name, value in vars(part).items()
            if name not in ("_parameters", "_buffers", "_modules")
        ]
        self._attributes = [(part, name, value) for part, name, value in held if isinstance(value, torch.Tensor)]
        self._containers = [(value, value.copy()) for *_, value in held if self._tensors_in(value)]
        kept = [value for *_, value in self._attributes]
        kept += [tensor for _, copied in self._containers for tensor in self._tensors_in(copied)]
        self._kept = _Kept(self._kind, kept)
        self._buffers = [
            (part, name, buffer, None if buffer is None else buffer.detach().clone())
            for part in module.modules()
            for name, buffer in part._buffers.items()
        ]

    def _tensors_in(self, value: Any) -> List[Any]:
        """Those that are entries of a dict or a list."""
        entries = value.values() if type(value) is dict else value if type(value) is list else ()
        return [entry for entry in entries if isinstance(entry, self._torch.Tensor)]

    def without_gradients(self) -> None:
        for p, *_ in self._parameters:
            p.grad = None

    def restore_buffers(self) -> None:
        """As they were: batch norm's running statistics, the vectors of a spectral norm, and tensors that are no buffers."""
        for part, name, buffer, kept in self._buffers:
            part._buffers[name] = buffer
            if buffer is not None:
                with self._torch.no_grad():
                    buffer.copy_(kept)
        for part, name, value in self._attributes:
            vars(part)[name] = value
        for value, copied in self._containers:
            if isinstance(value, dict):
                value.clear()
                value.update(copied)
            else:
                value[:] = copied
        self._kept.restore()

    def restore(self) -> None:
        for part, training in self._training:
            part.training = training
        for p, requires_grad, grad, data, kept in self._parameters:
            if p.data_ptr() != data.data_ptr() or p.dtype != data.dtype:
                p.grad = None
                p.data = data
            p.data.copy_(kept)
            p.requires_grad_(requires_grad)
            p.grad = grad
        for grad, kept in self._gradients:
            grad.data.copy_(kept)
        self.restore_buffers()


class _Module(_Objective):
    """loss_fn(model(*inputs), targets) as a function of the model's parameters, the claim by backward().

    Evaluated in float64 on a deep copy; where the loss looks at the model itself (a regulariser in a closure) or no
    copy can be had, on the model itself, whose tensors are float64 meanwhile; else on the model as it is.
    """

    def __init__(
        self, model: Any, loss_fn: Optional[Callable[..., Any]], inputs: Any, targets: Any = None, seed: int = 42
    ):
        super().__init__(_Torch(), seed)
        self._torch = self.kind.torch  # type: ignore[attr-defined]
        self._model, self._loss_fn = model, loss_fn
        self._data = (inputs, targets)
        self._given_data = _Kept(self.kind, [tensor for _, tensor in _collect(self._data, self.kind)])
        self._states: List[_ModuleState] = []  # of the caller's model, and of a loss that is a module
        self._copied: Optional[Tuple[Any, Any, List[_ModuleState]]] = None  # model, loss, and their states, in float64
        self._inputs_change = False
        self._input_leaves: Dict[int, int] = {}  # which of the data's tensors is which leaf

    def _prepare(self) -> List[Any]:
        kind = self.kind
        self._states = [_ModuleState(part) for part in self._modules()]
        named = [(name, p) for name, p in self._model.named_parameters() if p.requires_grad and p.numel()]
        if not named:
            raise Usage("the model has no parameter that requires a gradient")
        for name, p in named:
            self.leaves.append(_Leaf(name, p, kind))
        self._parameters = [p for _, p in named]
        for place, (path, tensor) in enumerate(_collect(self._data, kind)):
            if kind.needs_gradient(tensor) and tensor.numel():
                name = ("inputs" if path[0] == "0" else "targets") + path[1:]
                while any(leaf.name == name for leaf in self.leaves):
                    name += "'"
                self._input_leaves[place] = len(self.leaves)
                self.leaves.append(_Leaf(name, tensor, kind))
        _require_room([leaf.name for leaf in self.leaves], [leaf.shape for leaf in self.leaves])
        own = self._claim()
        self._keep_padding()
        return own

    def _keep_padding(self) -> None:
        """The row of padding has no gradient, by its definition: where it cannot be held back, it does not move."""
        for part, row in _padding(self._torch, self._model):
            for leaf, p in zip(self.leaves, self._parameters):
                claim = leaf.claim.reshape(-1, p.shape[-1])[row] if p is part.weight else None
                if claim is None or claim.any() or self._holds_padding_back(part):
                    continue
                rows = self._torch.ones(p.shape, dtype=self._torch.float64, device=leaf.point.device)
                rows[row] = 0.0
                leaf.still = rows.reshape(-1)
                self.notes.append(f"Row {row} of {leaf.name} is padding, has no gradient, and was not moved.")

    def _holds_padding_back(self, part: Any) -> bool:
        return type(part).forward is self._torch.nn.Embedding.forward and part.max_norm is None

    @contextlib.contextmanager
    def _padding_held_back(self, model: Any) -> Iterator[None]:
        """Within it, what is looked up for padding is what it was: PyTorch takes it for a constant, wherever the row goes."""
        handles = []
        try:
            for part, row in _padding(self._torch, model):
                for p, still in zip(self._moving, self._still):
                    if p is part.weight and self._holds_padding_back(part):
                        handles.append(part.register_forward_hook(self._constant(row, still[row])))
                        part._forward_hooks.move_to_end(handles[-1].id, last=False)  # before the caller's own
            yield
        finally:
            for handle in handles:
                handle.remove()

    def _constant(self, row: int, padding: Any) -> Callable[[Any, Any, Any], Any]:
        return lambda part, inputs, output: self._torch.where((inputs[0] == row)[..., None], padding, output)

    def _release(self) -> None:
        for state in self._states:
            state.restore()
        self._given_data.restore()

    def _modules(self) -> List[Any]:
        return [part for part in (self._model, self._loss_fn) if isinstance(part, self._torch.nn.Module)]

    # -- one evaluation

    def _arguments(self, moves: Sequence[_Move] = (), step: float = 0.0, jitter: int = 0) -> Any:
        kind = self.kind
        moved = {i: kind.put(self.leaves[i].point, at, step, d) for i, at, d in moves}
        fresh: Dict[int, Any] = {}
        places = itertools.count()

        def make(_: str, tensor: Any) -> Any:
            leaf = self._input_leaves.get(next(places))
            if leaf is not None and leaf in moved:
                made = kind.like(moved[leaf], tensor, self._double)
            elif jitter and kind.is_float(tensor):
                made = kind.like(kind.jittered(kind.flat(tensor), self._ulp(tensor), jitter), tensor, self._double)
            elif self._inputs_change or leaf is not None or self._double and kind.is_float(tensor):
                made = kind.copy(tensor, self._double)
            else:
                return tensor
            if leaf is not None:
                fresh[leaf] = made.requires_grad_()
            return made

        self._fresh = fresh
        return _map(self._data, kind, make)

    def _loss(self, model: Any, loss_fn: Optional[Callable[..., Any]], arguments: Any) -> Any:
        inputs, targets = arguments
        self._forget_casts()
        with self._torch.enable_grad():
            if isinstance(inputs, Mapping):
                output = model(**inputs)
            elif isinstance(inputs, (list, tuple)):
                output = model(*inputs)
            else:
                output = model(inputs)
            if loss_fn is None:
                loss = output if isinstance(output, self._torch.Tensor) else _loss_of(output)
            else:
                loss = loss_fn(output) if targets is None else loss_fn(output, targets)
        if not isinstance(loss, self._torch.Tensor) or loss.numel() != 1:
            got = tuple(loss.shape) if hasattr(loss, "shape") else type(loss).__name__
            raise Usage(f"loss_fn must return one number, as a tensor; it returned {got}")
        return loss

    def _outputs(self, moves: Sequence[_Move], step: float) -> List[Any]:
        model, loss_fn, states = self._copied or (self._model, self._loss_fn, self._states)
        parameters = self._moving
        try:
            with self._torch.no_grad():
                for i, at, d in moves:
                    if i < len(parameters):
                        moved = self.kind.put(self.leaves[i].point, at, step, d)
                        parameters[i].data.copy_(self.kind.like(moved, parameters[i], self._double))
            with self._padding_held_back(model):
                return [self._loss(model, loss_fn, self._arguments(moves, step)).detach()]
        finally:
            for i, _, _ in moves:
                if i < len(parameters):
                    parameters[i].data.copy_(self._still[i])
            for state in states:
                state.restore_buffers()

    # -- the claim

    def _backward(self, jitter: int = 0) -> Tuple[Any, List[Any]]:
        """The loss of what is evaluated now, and its gradient by every leaf, None where it has none."""
        model, loss_fn, states = self._copied or (self._model, self._loss_fn, self._states)
        for state in states:
            state.without_gradients()
        assert self._random is not None
        self._random.seed()
        loss = self._loss(model, loss_fn, self._arguments(jitter=jitter))
        if not loss.requires_grad:
            raise Usage("the loss does not depend on the parameters: nothing to differentiate")
        seen = _Datatypes([] if jitter or self._copied else [loss])
        loss.backward(self._torch.ones_like(loss) * (1 + (self._ulp(loss) if jitter else 0)))
        self.arithmetic = _coarsest([self.arithmetic, seen.coarsest()])
        gradients = [p.grad for p in self._moving]
        gradients += [self._fresh[i].grad for i in range(len(gradients), len(self.leaves))]
        for state in states:
            state.restore_buffers()
            state.without_gradients()
        return loss.detach().clone(), gradients

    def _flats(self, gradients: Sequence[Any]) -> List[Any]:
        kind = self.kind
        return [kind.zeros(leaf.count) if g is None else kind.flat(g) for leaf, g in zip(self.leaves, gradients)]

    def _claim(self) -> List[Any]:
        kind = self.kind
        self._moving = self._parameters
        self._still = [p.data.clone() for p in self._parameters]
        try:
            loss, gradients = self._backward()
            self._choose_cotangents([loss])
            for leaf, gradient, flat in zip(self.leaves, gradients, self._flats(gradients)):
                leaf.claim, leaf.unused = flat, gradient is None
            if self._given_data.changed():
                self._inputs_change = True
                self.notes.append("the model changes its inputs; every evaluation got a fresh copy.")
                self._given_data.restore()
            for jitter in (1, 2):
                loss_there, flats = self._jittered(jitter)
                self._jitters.append(self._reduced([loss_there]))
                for leaf, flat in zip(self.leaves, flats):
                    leaf.noise.append(flat - leaf.claim)
        finally:
            for state in self._states:
                state.without_gradients()
                state.restore_buffers()
        return [loss]

    def _jittered(self, jitter: int) -> Tuple[Any, List[Any]]:
        """The loss and its gradients with every number off by an ulp."""
        kind = self.kind
        try:
            with self._torch.no_grad():
                for p, leaf in zip(self._moving, self.leaves):
                    p.data.copy_(kind.like(kind.jittered(leaf.point, self._ulp(p), jitter), p, False))
            loss, gradients = self._backward(jitter)
            return loss, self._flats(gradients)
        finally:
            for p, kept in zip(self._moving, self._still):
                p.data.copy_(kept)

    # -- what it is evaluated in

    def _stored(self) -> str:
        return _coarsest(self.kind.datatype(p) for p in self._parameters)

    def _ways(self) -> Sequence[_Way]:
        return [self._copy, self._in_place]

    def _narrow(self) -> None:
        """Back to the model as it is."""
        self._double = False
        self._copied = None
        for state in self._states:
            state.restore()
            state.without_gradients()
        self._moving = self._parameters
        self._still = [p.data.clone() for p in self._parameters]

    def _copy(self) -> _Twice:
        """On a copy. Both gradients are the copy's: hooks of the model's own parameters are no part of f."""
        torch = self._torch
        modules = _copied(self._modules())
        model, loss_fn = modules[0], modules[1] if len(modules) > 1 else self._loss_fn
        named = dict(model.named_parameters())
        self._moving = [named[leaf.name] for leaf in self.leaves[: len(self._parameters)]]
        self._copied = (model, loss_fn, [_ModuleState(part) for part in modules])
        self._still = [p.data.clone() for p in self._moving]
        own = self._flats(self._backward()[1])
        noise = [leaf.noise for leaf in self.leaves]
        if any(not self.kind.same(flat, leaf.claim) for flat, leaf in zip(own, self.leaves)):
            noise = [[b - a] for a, b in zip(own, self._jittered(1)[1])]
        self._double = True
        for part in modules:
            _widen(torch, part)
        self._copied = (model, loss_fn, [_ModuleState(part) for part in modules])
        self._still = [p.data.clone() for p in self._moving]
        wide = self._flats(self._backward()[1])
        if any(p.grad is not None for p in self._parameters) or self._looks_back():
            raise _NoCopy("the loss looks at the model itself")
        return _Twice(own, wide, noise)

    def _looks_back(self) -> bool:
        """Whether the copy's value changes where the model itself moves: detached, or in a hook."""
        kept = [p.data.clone() for p in self._parameters]
        before = self.value((), 0.0), self.value((), 0.0)
        try:
            with self._torch.no_grad():
                for p, leaf in zip(self._parameters, self.leaves):
                    p.data.add_(0.1 * leaf.size)
            after = self.value((), 0.0)
        finally:
            for p, data in zip(self._parameters, kept):
                p.data.copy_(data)
        return _identical(*before) and not _identical(before[0], after)

    def _in_place(self) -> _Twice:
        torch = self._torch
        self._double = True
        for part in self._modules():
            _widen(torch, part)
        self._moving = self._parameters
        self._still = [p.data.clone() for p in self._parameters]
        self._copied = (self._model, self._loss_fn, [_ModuleState(part) for part in self._modules()])
        try:
            return self._beside_the_claim(self._flats(self._backward()[1]))
        except Exception:  # what takes gradients may insist on the parameters' own datatype
            return _Twice()


def _copied(modules: Sequence[Any]) -> Sequence[Any]:
    """Deep copies, all at once, for a loss may hold the model. TorchScript makes a copy's parameters functions of its own."""
    modules = copy.deepcopy(modules)
    for p in (p for module in modules for p in module.parameters()):
        if not p.is_leaf:
            p.detach_().requires_grad_()
    return modules


def _padding(torch: Any, model: Any) -> Iterator[Tuple[Any, int]]:
    """The embeddings with a padding_idx, and that row."""
    for part in model.modules():
        row, weight = getattr(part, "padding_idx", None), getattr(part, "weight", None)
        if isinstance(row, int) and isinstance(weight, torch.Tensor) and weight.dim() == 2:
            yield part, row


def _loss_of(output: Any) -> Any:
    loss = output.get("loss") if isinstance(output, Mapping) else getattr(output, "loss", None)
    return output if loss is None else loss


def _widen(torch: Any, model: Any) -> None:
    """Makes a module's parameters, buffers and plain tensors float64; tensors are replaced, none is written to."""

    def wide(tensor: Any) -> Any:
        if tensor.is_complex():
            return tensor.to(torch.complex128)
        return tensor.to(torch.float64) if tensor.is_floating_point() else tensor

    for p in model.parameters():
        if p.is_leaf:
            p.grad = None
        p.data = wide(p.data)
    for part in model.modules():
        for name, buffer in part._buffers.items():
            if buffer is not None:
                part._buffers[name] = wide(buffer)
        for name, value in list(vars(part).items()):
            if isinstance(value, torch.Tensor):
                setattr(part, name, wide(value.detach()))


# ------------------------------------------------------------------------------------------- questions and answers


class _Session:
    """A probe session: the service asks for values along lines, and for claimed derivatives; the objective answers."""

    def __init__(self, service: Service, objective: _Objective, settings: Mapping[str, Any], quiet: bool):
        self._service = service
        self._objective = objective
        self._kind = objective.kind
        self._settings = dict(settings)
        self._progress = _Progress(quiet)
        self._sets: Dict[str, Sequence[int]] = {"all": range(len(objective.leaves))}

    def report(self) -> Report:
        """Goes through all rounds. A line that breaks is tried again, with the same round."""
        created = self._service.post("/v1/probe-sessions", self._opening())
        reply = created.json()
        path = f"/v1/probe-sessions/{reply['id']}"
        try:
            while "asks" in reply and reply.get("report") is None:
                self._sets.update(reply.get("sets") or {})
                answers = [self._answer(ask) for ask in reply["asks"]]
                self._progress.show(
                    f"round {reply['round']}, {self._objective.evaluations} evaluations, {reply.get('stage', '')}"
                )
                reply = self._service.post(f"{path}/answers", {"round": reply["round"], "answers": answers}).json()
        except KeyboardInterrupt:
            with contextlib.suppress(PlumblineError):
                self._service.call("DELETE", path, patience=0.0)
            raise
        finally:
            self._progress.clear()
        return Report(reply.get("report", reply), self._service.url + path, self._objective.notes)

    def _opening(self) -> Mapping[str, Any]:
        objective, kind = self._objective, self._kind
        tensors = []
        for leaf in objective.leaves:
            contribution = leaf.contribution()
            noise = leaf.size * max((kind.norm(delta) for delta in leaf.noise), default=0.0)
            tensors.append({
                "name": leaf.name,
                "shape": list(leaf.shape),
                "datatype": leaf.datatype,
                "size": leaf.size,
                "contribution": _brief(contribution, len(objective.leaves)),
                "claimedNoise": _brief(noise, len(objective.leaves)),
            })  # fmt: skip
        return {
            "tensors": tensors,
            "claim": {
                "datatype": objective._claim_datatype(),
                "kind": objective.product,
                "unused": [i for i, leaf in enumerate(objective.leaves) if leaf.unused],
                **({"identities": objective.identities} if objective.identities else {}),
            },
            "evaluation": {
                "datatype": objective.datatype,
                "deterministic": objective.deterministic,
                "sameFunction": objective.same_function,
            },
            "settings": self._settings,
        }

    def _answer(self, ask: Mapping[str, Any]) -> Mapping[str, Any]:
        if ask.get("claims"):
            return {"ask": ask["ask"], "claims": self._claims(ask["claims"])}
        answer: Dict[str, Any] = {"ask": ask["ask"]}
        moves, taken = [], list(ask.get("offsets") or [])
        if ask.get("direction"):
            moves = self._moves(ask["direction"])
            leaves, kind = self._objective.leaves, self._kind
            parts = [(leaves[i], at, d) for i, at, d in moves]
            answer["claimed"] = _fsum(kind.dot(kind.take(leaf.claim, at), d) for leaf, at, d in parts)
            answer["contribution"] = math.hypot(*(kind.norm(kind.take(leaf.claim, at), d) for leaf, at, d in parts))
            answer["claimedNoise"] = math.hypot(*(leaf.noise_along(d, at) for leaf, at, d in parts))
            if ask["direction"].get("kind") == "given" and self._objective.along is not None:
                scale = float(ask["direction"].get("scale") or 1.0)
                claimed, norm, noise = self._objective.along
                answer.update(claimed=scale * claimed, contribution=abs(scale) * norm, claimedNoise=abs(scale) * noise)
        try:
            answer["values"] = [self._objective.value(moves, float(step)) for step in taken]
        except Exception as error:
            return {"ask": ask["ask"], "error": _short(error)}
        return answer

    def _moves(self, direction: Mapping[str, Any]) -> List[_Move]:
        objective, kind = self._objective, self._kind
        chosen = direction.get("set") or "all"
        where = {int(i): box for i, box in (direction.get("where") or {}).items()}
        indices = [i for i in self._sets[chosen] if not where or i in where]
        sort, scale = direction.get("kind", "gaussian"), float(direction.get("scale") or 1.0)
        moves: List[_Move] = []
        for i in indices:
            leaf = objective.leaves[i]
            at = self._positions(leaf, where[i]) if i in where else None
            if sort == "entry":
                d = kind.flat([scale * leaf.size] * (leaf.count if at is None else len(at)))
            elif sort == "claim":
                d = kind.times(kind.take(leaf.claim, at), scale * leaf.size**2)
            elif sort == "given":
                if leaf.given is None:
                    raise PlumblineError(f"the service asks for a direction of our own, and there is none for {leaf.name}")
                d = kind.times(kind.take(leaf.given, at), scale)
            elif sort != "gaussian":
                raise PlumblineError(f"the service asks for a direction of an unknown kind, {sort!r}")
            else:
                d = kind.times(kind.weights(direction["seed"], leaf.name, leaf.count, at), scale * leaf.size)
            if leaf.still is not None:
                d = d * kind.take(leaf.still, at)
            moves.append((i, at, d))
        if sort == "claim":
            leaves = objective.leaves
            norm = math.hypot(*(leaves[i].size * kind.norm(kind.take(leaves[i].claim, at)) for i, at, _ in moves))
            moves = [(i, at, kind.times(d, 1.0 / norm if norm else 0.0)) for i, at, d in moves]
        return moves

    def _positions(self, leaf: _Leaf, box: Sequence[Sequence[int]]) -> Any:
        if len(box) != len(leaf.shape):
            raise PlumblineError(f"a box of {len(box)} ranges for {leaf.name}, whose shape is {leaf.shape}")
        if all((first, last) == (0, n) for (first, last), n in zip(box, leaf.shape)):
            return None
        return self._kind.positions(leaf.shape, box)

    def _claims(self, asked: Mapping[str, Any]) -> Sequence[float]:
        claimed = []
        for i, entries in asked.items():
            leaf = self._objective.leaves[int(i)]
            for index in entries:
                position = 0
                for n, k in zip(leaf.shape, index):
                    position = position * n + k
                claimed.append(self._kind.number(leaf.claim, position))
        return claimed


class _Progress:
    """A line on a terminal, from the first second on."""

    def __init__(self, quiet: bool):
        self._from = time.monotonic() + 1.0
        self._width = 0
        self._quiet = quiet or not getattr(sys.stderr, "isatty", lambda: False)()

    def show(self, line: str) -> None:
        if not self._quiet and time.monotonic() > self._from:
            sys.stderr.write("\r" + f"plumbline: {line}".ljust(self._width))
            sys.stderr.flush()
            self._width = len(line) + 11

    def clear(self) -> None:
        if self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()


def _settings(seed: int, confidence: float, budget: int, localise: bool) -> Mapping[str, Any]:
    return {"seed": seed, "confidence": confidence, "budget": budget, "localise": localise}


def check(
    model: Any,
    loss_fn: Optional[Callable[..., Any]],
    inputs: Any,
    targets: Any = None,
    *,
    seed: int = 42,
    confidence: float = 0.95,
    budget: int = 400,
    localise: bool = True,
    float64: bool = True,
    quiet: bool = False,
    service: Optional[Service] = None,
) -> Report:
    """Whether backward() gives the gradient of ``loss_fn(model(inputs), targets)`` by the model's parameters.

    ``model`` is a torch.nn.Module in the mode, on the device and in the datatype that it is trained in. ``inputs`` is a
    tensor, a tuple (``model(*inputs)``) or a dict (``model(**inputs)``); those that require a gradient are checked too.
    Without ``targets`` it is ``loss_fn(output)``, with ``loss_fn`` None the model's output (or its ``loss``) itself.

    Neither weights nor data leave the process: some 50 to 400 (``budget``) values of the loss do. They are computed in
    float64, on a copy, or with ``float64=False`` on the model as it is, where far less can be told. Parameters,
    buffers, gradients, flags and random states are afterwards what they were before, bit for bit, exceptions included.
    """
    objective = _Module(model, loss_fn, inputs, targets, seed)
    objective.widens = float64
    with objective:
        return _Session(
            service or _connected(), objective, _settings(seed, confidence, budget, localise), quiet
        ).report()


def check_function(
    f: Callable[..., Any],
    inputs: Any,
    gradients: Any = None,
    *,
    cotangent: Any = None,
    names: Optional[Sequence[str]] = None,
    seed: int = 42,
    confidence: float = 0.95,
    budget: int = 400,
    localise: bool = True,
    float64: bool = True,
    quiet: bool = False,
    service: Optional[Service] = None,
) -> Report:
    """Whether ``gradients`` are those of ``f(*inputs)``; without them, whether the library's autograd's are.

    ``inputs``: a tuple or list of arguments (a single tensor or dict is one), each a tensor of torch, jax or numpy, a
    float, a nested list of floats, or dicts, lists and tuples of them. Of PyTorch's tensors those count that require a
    gradient, if any do; of others all that are floating or complex. ``gradients``: one of the same shape for each (None:
    not claimed), or a function that is called as f is and gives them. ``f`` gives a number; or tensors F, and then it is
    the product v . F that is differentiated, ``cotangent`` being v: drawn here, and passed to a ``gradients`` function
    as ``cotangent=``. With ``float64=False`` f is evaluated in the inputs' own datatype only. Gradients of complex
    numbers are PyTorch's, df/d(re) + i df/d(im), where they are given.
    """
    whole = _Plain()
    if isinstance(inputs, Mapping) or not isinstance(inputs, (list, tuple)) or hasattr(inputs, "_fields"):
        inputs = (inputs,)
    elif isinstance(inputs, list) and whole.is_tensor(inputs):
        inputs = (inputs,)  # one vector, not as many scalars
    settings = _settings(seed, confidence, budget, localise)
    service = service or _connected()

    def judged(seed: int) -> Tuple[Report, bool]:
        objective = _Function(f, inputs, gradients, cotangent, names, seed)
        objective.widens = float64
        with objective:
            report = _Session(service, objective, {**settings, "seed": seed}, quiet).report()
            return report, objective.several() and cotangent is None

    report, another = judged(seed)
    if another and report.ok:  # what one cotangent happens not to see, a second one does
        second, _ = judged(seed + 1)
        return report if second.ok else second
    return report


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    check_sparse_nnz: bool = False,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: Optional[bool] = None,
    seed: int = 42,
    service: Optional[Service] = None,
) -> bool:
    """In the place of torch.autograd.gradcheck: the same call, the same answer, True or GradcheckError (or False).

    There is no tolerance to choose: ``eps``, ``atol``, ``rtol`` and ``fast_mode`` are taken and not needed, and float32
    inputs will do. What is checked is the backward pass, along random directions, and with ``check_forward_ad`` the
    forward derivatives; sparse layouts and batched gradients are left to PyTorch's. An answer that is not PASS,
    INCONCLUSIVE among them, is not True.
    """
    inputs = tuple(inputs) if isinstance(inputs, (list, tuple)) else (inputs,)
    import torch

    needed = [x for x in inputs if isinstance(x, torch.Tensor) and x.requires_grad]
    if needed and not any(x.numel() for x in needed):
        return True  # no entry, nothing wrong with it
    checks = [(func, inputs, None)] if check_backward_ad else []
    if check_forward_ad:
        checks.append(_forward(func, inputs, seed))
    for f, point, gradients in checks:
        report = check_function(f, point, gradients, seed=seed, quiet=True, service=service)
        if not report.ok:
            if raise_exception:
                raise _gradcheck_error(report)
            return False
    return True


def _forward(func: Callable[..., Any], inputs: Sequence[Any], seed: int) -> Tuple[Callable[..., Any], Any, Any]:
    """The forward derivative J u as a function of one number: F(x + t u), claimed to have the slope J u at t = 0."""
    import torch
    from torch.autograd import forward_ad

    kind = _Torch()
    which = [i for i, x in enumerate(inputs) if isinstance(x, torch.Tensor) and kind.needs_gradient(x)]
    if not which:
        raise Usage("none of the inputs requires a gradient")
    tangents = {}
    for i in which:
        flat = kind.flat(inputs[i])
        size = kind.norm(flat) / math.sqrt(max(1, kind.size(flat))) or 1.0
        tangents[i] = kind.like(kind.weights(seed, f"tangent {i}", kind.size(flat), None) * size, inputs[i], False)
    jitters = iter(range(1 << 30))  # the second and third time, every number is off by an ulp

    def along(t: Any) -> Any:
        wide = t.dtype == torch.float64
        moved = [kind.copy(x, wide) if isinstance(x, torch.Tensor) else x for x in inputs]
        for i, u in tangents.items():
            moved[i] = (moved[i] + t * u.to(moved[i].dtype)).to(moved[i].dtype)
        return func(*moved)

    def slope(t: Any, cotangent: Any = None) -> Any:
        jitter = next(jitters)
        with forward_ad.dual_level():
            duals = [kind.copy(x, False) if isinstance(x, torch.Tensor) else x for x in inputs]
            for i, u in tangents.items():
                x = kind.like(kind.jittered(kind.flat(duals[i]), _ulp(kind, duals[i]), jitter), duals[i], False)
                duals[i] = forward_ad.make_dual(x if jitter else duals[i], u)
            outputs = [o for _, o in _collect(func(*duals), kind) if kind.is_float(o)]
            found = [forward_ad.unpack_dual(o).tangent for o in outputs]
        cotangents = [torch.ones_like(outputs[0])] if cotangent is None else [c for _, c in _collect(cotangent, kind)]
        total = sum(kind.dot(kind.flat(j), kind.flat(v)) for j, v in zip(found, cotangents) if j is not None)
        return torch.as_tensor(total, dtype=t.dtype)

    real = torch.float64 if kind.datatype(inputs[which[0]]) == "FP64" else torch.float32
    return along, (torch.zeros((), dtype=real),), slope


def check_jvp(
    f: Callable[..., Any],
    inputs: Any,
    jvp: Optional[Callable[..., Any]] = None,
    *,
    vjp: Optional[Callable[..., Any]] = None,
    tangents: Any = None,
    cotangent: Any = None,
    names: Optional[Sequence[str]] = None,
    seed: int = 42,
    confidence: float = 0.95,
    budget: int = 400,
    float64: bool = True,
    quiet: bool = False,
    service: Optional[Service] = None,
) -> Report:
    """Whether ``jvp(inputs, tangents)`` is J u, the derivative of ``f(*inputs)`` along ``tangents``.

    Without ``jvp`` it is PyTorch's forward mode that is checked. Two ways: v . F is differenced along u, and v . (J u) is
    held against (J' v) . u, which differ by rounding alone. J' v is by autograd, or ``vjp(*inputs, cotangent=v)``.
    ``tangents``: one of each input's shape, drawn where they are not given; so is ``cotangent``, v.
    """
    inputs = tuple(inputs) if isinstance(inputs, (list, tuple)) else (inputs,)

    def own(_: _Function, arguments: Any, fresh: Any, tangents: Sequence[Any]) -> Any:
        assert jvp is not None
        return jvp(tuple(arguments), tuple(tangents))

    objective = _Product(f, inputs, own if jvp else _forward_mode, vjp, tangents, "jvp", cotangent, names, seed)
    objective.widens = float64
    with objective:
        settings = _settings(seed, confidence, budget, False)
        return _Session(service or _connected(), objective, settings, quiet).report()


def _forward_mode(objective: _Function, arguments: Any, fresh: Sequence[Any], tangents: Sequence[Any]) -> List[Any]:
    """J u by PyTorch's forward mode; zeros where an output does not depend on the inputs."""
    import torch
    from torch.autograd import forward_ad

    kind = objective.kind
    pairs = {id(x): u for x, u in zip(fresh, tangents)}
    with forward_ad.dual_level():
        duals = _map(arguments, kind, lambda _, x: forward_ad.make_dual(x, pairs[id(x)]) if id(x) in pairs else x)
        found = [(output, forward_ad.unpack_dual(output).tangent) for output in objective._call(duals)]
        return [torch.zeros_like(output) if tangent is None else tangent.detach() for output, tangent in found]


def check_hvp(
    f: Callable[..., Any],
    inputs: Any,
    hvp: Optional[Callable[..., Any]] = None,
    *,
    gradient: Optional[Callable[..., Any]] = None,
    tangents: Any = None,
    names: Optional[Sequence[str]] = None,
    seed: int = 42,
    confidence: float = 0.95,
    budget: int = 400,
    float64: bool = True,
    quiet: bool = False,
    service: Optional[Service] = None,
) -> Report:
    """Whether ``hvp(inputs, tangents)`` is H u, the derivative of f's gradient along ``tangents``; f gives one number.

    Without ``hvp`` it is PyTorch's double backward that is checked. Two ways: w . grad f is differenced along u, and
    w . (H u) is held against u . (H w), which differ by rounding alone, for H is symmetric. ``gradient(*inputs)`` gives
    the gradient by every input where there is no autograd (``f`` is then not called, and may be None).
    """
    inputs = tuple(inputs) if isinstance(inputs, (list, tuple)) else (inputs,)

    def by_autograd(*arguments: Any) -> Tuple[Any, ...]:
        import torch

        by = [x for _, x in _collect(arguments, _Torch()) if x.requires_grad]
        found = torch.autograd.grad(f(*arguments), by, create_graph=True, allow_unused=True)
        return tuple(torch.zeros_like(x) if g is None else g for g, x in zip(found, by))

    gradients = gradient or by_autograd

    def along(objective: _Function, arguments: Any, fresh: Sequence[Any], tangents: Sequence[Any]) -> Any:
        import torch

        outputs = objective._call(arguments)
        found = torch.autograd.grad(outputs, list(fresh), list(tangents), allow_unused=True)
        return [torch.zeros_like(x) if h is None else h for h, x in zip(found, fresh)]

    def own(_: _Function, arguments: Any, fresh: Any, tangents: Sequence[Any]) -> Any:
        assert hvp is not None
        return hvp(tuple(arguments), tuple(tangents))

    def back(*arguments: Any, cotangent: Any = None) -> Any:
        assert hvp is not None
        w = cotangent if isinstance(cotangent, tuple) else (cotangent,)
        return hvp(tuple(arguments), w)

    objective = _Product(gradients, inputs, own if hvp else along, back if hvp else None, tangents, "hvp", None, names, seed)
    objective.widens = float64
    with objective:
        settings = _settings(seed, confidence, budget, False)
        return _Session(service or _connected(), objective, settings, quiet).report()


def _gradcheck_error(report: Report) -> Exception:
    """PyTorch's own exception, which is a RuntimeError, with the report's words."""
    try:
        from torch.autograd.gradcheck import GradcheckError as error
    except ImportError:
        error = RuntimeError  # type: ignore[misc,assignment]
    raised = error(str(report))
    raised.report = report  # type: ignore[attr-defined]
    return raised


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Any,
    grad_outputs: Any = None,
    *,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    seed: int = 42,
    service: Optional[Service] = None,
    **ignored: Any,
) -> bool:
    """In the place of torch.autograd.gradgradcheck: whether the backward pass of the backward pass is right.

    Checks ``autograd.grad(func(*inputs), inputs, grad_outputs, create_graph=True)`` as a function of both, with
    ``grad_outputs`` drawn from a standard normal distribution where none are given.
    """
    import torch

    inputs = tuple(inputs) if isinstance(inputs, (list, tuple)) else (inputs,)
    outputs = [output for _, output in _collect(func(*inputs), _Torch())]
    differentiable = [i for i, output in enumerate(outputs) if output.requires_grad]
    if not differentiable:
        raise Usage("no output of the function requires a gradient")
    if grad_outputs is None:
        generator = torch.Generator().manual_seed(seed)
        grad_outputs = [
            torch.randn(outputs[i].shape, dtype=outputs[i].dtype, generator=generator)
            .to(outputs[i].device)
            .requires_grad_()
            for i in differentiable
        ]
    elif not isinstance(grad_outputs, (list, tuple)):
        grad_outputs = [grad_outputs]
    count = len(inputs)

    def gradients(*arguments: Any) -> Tuple[Any, ...]:
        by = [x for x in arguments[:count] if isinstance(x, torch.Tensor) and x.requires_grad]
        found = [output for _, output in _collect(func(*arguments[:count]), _Torch())]
        found = [found[i] for i in differentiable]
        gradients = torch.autograd.grad(found, by, arguments[count:], create_graph=True, allow_unused=True)
        return tuple(gradient for gradient in gradients if gradient is not None)

    report = check_function(gradients, (*inputs, *grad_outputs), names=None, seed=seed, quiet=True, service=service)
    if report.ok or not raise_exception:
        return report.ok
    raise _gradcheck_error(report)


# ------------------------------------------------------------------------------------------------ exporting the model


def _torch_loss(kind: str) -> Callable[..., Any]:
    """PyTorch's own function for a loss kind of the service's."""
    import torch.nn.functional as functional

    known = {
        "mse": functional.mse_loss,
        "mae": functional.l1_loss,
        "huber": functional.huber_loss,
        "smoothL1": functional.smooth_l1_loss,
        "crossEntropy": functional.cross_entropy,
        "binaryCrossEntropy": functional.binary_cross_entropy,
        "binaryCrossEntropyWithLogits": functional.binary_cross_entropy_with_logits,
        "negativeLogLikelihood": functional.nll_loss,
        "klDivergence": functional.kl_div,
        "softMargin": functional.soft_margin_loss,
        "multiMargin": functional.multi_margin_loss,
    }
    if kind not in known:
        raise Usage(f"loss {kind!r} has no function of PyTorch's beside it: give loss_fn; known are {sorted(known)}")
    return known[kind]


def check_export(
    model: Any,
    inputs: Any,
    targets: Any = None,
    loss: Union[str, Mapping[str, Any]] = "crossEntropy",
    *,
    loss_fn: Optional[Callable[..., Any]] = None,
    gradients: Optional[Mapping[str, Any]] = None,
    seed: int = 42,
    settings: Optional[Mapping[str, Any]] = None,
    opset: int = 17,
    service: Optional[Service] = None,
) -> Report:
    """Exports a torch.nn.Module to ONNX, uploads it with its data, and has every entry of its gradient judged.

    ``loss`` is a kind of the service's (``"mse"``, ``"crossEntropy"``, ...) or its JSON
    (``{"kind": "huber", "delta": 2.0, "reduction": "sum"}``). The claim is what backward() gives with ``loss_fn``
    (PyTorch's function of that kind, where it is left out), or ``gradients``, named as ``named_parameters()`` does.
    The model is exported in the mode it is in, with weights and names as they are, and comes back as it was.
    """
    import torch

    loss = {"kind": loss} if isinstance(loss, str) else dict(loss)
    arguments, names = _named_inputs(model, inputs)
    if loss_fn is None and loss.get("kind"):
        options = {"reduction": loss["reduction"]} if "reduction" in loss else {}
        options.update({there: loss[here] for here, there in _LOSS_OPTIONS.items() if here in loss})
        function = _torch_loss(str(loss["kind"]))
        loss_fn = lambda output, *target: function(output, *target, **options)  # noqa: E731
    state, randomness = _ModuleState(model), _Randomness(seed)
    data_kept = _Kept(_Torch(), [tensor for _, tensor in _collect((arguments, targets), _Torch())])
    try:
        state.without_gradients()
        randomness.seed()
        outputs, value = _outputs_and_loss(torch, model, loss_fn, arguments, targets)
        if gradients is None:
            value.backward()
            gradients = {n: p.grad.detach().clone() for n, p in model.named_parameters() if p.grad is not None}
        state.without_gradients()
        state.restore_buffers()
        data_kept.restore()
        parameters = {n: p.detach().clone() for n, p in model.named_parameters()}
        content = _onnx(torch, model, arguments, names, [f"out{i}" if i else "out" for i in range(len(outputs))], opset)
    finally:
        state.restore()
        data_kept.restore()
        randomness.restore()
    data = {name: tensor for name, tensor in zip(names, arguments)}
    if targets is not None:
        data[loss.setdefault("target", "y")] = targets
    request: Dict[str, Any] = {
        "loss": loss,
        "expected": {"loss": float(value.detach())},
        "settings": {"seed": seed, **(settings or {})},
    }
    names_of = {id(p): name for name, p in model.named_parameters()}
    frozen = {names_of[id(part.weight)]: [row] for part, row in _padding(torch, model) if id(part.weight) in names_of}
    if frozen:
        request["frozenRows"] = frozen  # of padding: zero by definition
    answer = (service or _connected()).upload(
        "/v1/gradient-checks",
        request,
        {
            "model": ("model.onnx", content),
            "parameters": ("parameters.safetensors", safetensors(parameters)),
            "data": ("data.safetensors", safetensors(data)),
            "gradients": ("gradients.safetensors", safetensors(gradients)),
        },
    )
    return _kept(answer, service or _connected(), "/v1/gradient-checks")


#: Options of a loss by their name here and in PyTorch.
_LOSS_OPTIONS = {"delta": "delta", "labelSmoothing": "label_smoothing", "beta": "beta", "margin": "margin"}


def _kept(answer: _Answer, service: Service, path: str) -> Report:
    data = answer.json()
    return Report(data, f"{service.url}{path}/{data['id']}" if data.get("id") else None)


def _named_inputs(model: Any, inputs: Any) -> Tuple[Tuple[Any, ...], List[str]]:
    """The arguments of forward in order, and what forward calls them."""
    parameters = [p.name for p in inspect.signature(model.forward).parameters.values() if p.kind in (0, 1)]
    if isinstance(inputs, Mapping):
        order = [name for name in parameters if name in inputs]
        if len(order) != len(inputs):
            raise Usage(f"forward takes {parameters}; got {sorted(inputs)}")
        return tuple(inputs[name] for name in order), order
    arguments = tuple(inputs) if isinstance(inputs, (list, tuple)) else (inputs,)
    return arguments, [parameters[i] if i < len(parameters) else f"input{i}" for i in range(len(arguments))]


def _outputs_and_loss(
    torch: Any, model: Any, loss_fn: Optional[Callable[..., Any]], arguments: Sequence[Any], targets: Any
) -> Tuple[List[Any], Any]:
    with torch.enable_grad():
        output = model(*arguments)
        outputs = [tensor for _, tensor in _collect(output, _Torch())]
        if loss_fn is None:
            return outputs, _loss_of(output)
        return outputs, loss_fn(output) if targets is None else loss_fn(output, targets)


def _onnx(torch: Any, model: Any, arguments: Any, names: List[str], outputs: List[str], opset: int) -> bytes:
    """The model in ONNX with its weights as they are, under their names: see /exporting of the service."""
    options: Dict[str, Any] = {
        "input_names": names,
        "output_names": outputs,
        "do_constant_folding": False,
        "training": torch.onnx.TrainingMode.PRESERVE,
        "opset_version": opset,
    }
    if "dynamo" in inspect.signature(torch.onnx.export).parameters:
        options["dynamo"] = False
    content = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            torch.onnx.export(model, tuple(x.detach() for x in arguments), content, **options)
        except Exception as error:
            raise Usage(f"PyTorch cannot export this model, plumbline.check needs no export: {_short(error)}") from error
    return content.getvalue()


# ------------------------------------------------------------------------------------------------- whose step is this

#: Hyper-parameters by PyTorch's name and the service's.
_HYPER = {
    "lr": "learningRate", "eps": "epsilon", "momentum_decay": "momentumDecay", "alpha": "alpha", "rho": "rho",
    "centered": "centered", "dampening": "dampening", "nesterov": "nesterov", "momentum": "momentum",
    "lr_decay": "learningRateDecay", "initial_accumulator_value": "initialAccumulator", "weight_decay": "weightDecay",
}  # fmt: skip
_OPTIMIZERS = {
    "Adam": "adam", "AdamW": "adamw", "NAdam": "nadam", "RAdam": "radam", "Adamax": "adamax", "SGD": "sgd",
    "RMSprop": "rmsprop", "Adagrad": "adagrad", "Adadelta": "adadelta",
}  # fmt: skip
_USED = {
    "adam": ("lr", "eps", "weight_decay"), "adamw": ("lr", "eps", "weight_decay"),
    "amsgrad": ("lr", "eps", "weight_decay"), "nadam": ("lr", "eps", "weight_decay", "momentum_decay"),
    "radam": ("lr", "eps", "weight_decay"), "adamax": ("lr", "eps", "weight_decay"),
    "sgd": ("lr", "momentum", "dampening", "nesterov", "weight_decay"),
    "rmsprop": ("lr", "alpha", "eps", "momentum", "centered", "weight_decay"),
    "adagrad": ("lr", "lr_decay", "eps", "initial_accumulator_value", "weight_decay"),
    "adadelta": ("lr", "rho", "eps", "weight_decay"),
}  # fmt: skip


def check_optimizer(
    optimizer: Any,
    model: Any,
    closure: Callable[[], Any],
    steps: int = 3,
    *,
    claim: Union[None, str, Mapping[str, Any]] = "own",
    most: int = 50_000,
    service: Optional[Service] = None,
) -> Report:
    """Whether the optimizer's steps are those of the optimizer it says it is, and else whose, or what is off.

    ``closure`` zeroes the gradients, computes the loss and calls backward(), as for ``optimizer.step(closure)``.
    ``claim``: the service's JSON of an optimizer, ``"own"`` for what a torch.optim class and its hyper-parameters say,
    None to ask whose steps these are. The steps must have a learning rate that does not change. Of large tensors evenly
    spaced entries are sent, ``most`` a step in all: an optimizer's step goes entry by entry. Model, optimizer and random
    state are afterwards what they were before.
    """
    if steps < 1:
        raise Usage("steps must be at least 1")
    import torch

    kind = _Torch()
    names = {id(p): name for name, p in model.named_parameters()}
    groups = [[p for p in group["params"] if id(p) in names] for group in optimizer.param_groups]
    if not any(groups):
        raise Usage("the optimizer holds none of the model's parameters")
    state, randomness = _ModuleState(model), _Randomness(0)
    before_all = copy.deepcopy(optimizer.state_dict())
    total = sum(p.numel() for group in groups for p in group)
    share = max(1, -(-total // most))
    reports, records = [], []
    try:
        begun = [_begun(optimizer, group, names, share) for group in groups]
        for _ in range(steps):
            with torch.enable_grad():
                closure()
            used = [[p for p in group if p.grad is not None] for group in groups]
            before = [[p.detach().clone() for p in group] for group in used]
            gradients = [[p.grad.detach().clone() for p in group] for group in used]
            optimizer.step()
            records.append([
                {
                    "before": {names[id(p)]: _sample(kind, x, share) for p, x in zip(group, old)},
                    "gradients": {names[id(p)]: _sample(kind, x, share) for p, x in zip(group, grads)},
                    "after": {names[id(p)]: _sample(kind, p.detach(), share) for p in group},
                }
                for group, old, grads in zip(used, before, gradients)
            ])  # fmt: skip
    finally:
        optimizer.load_state_dict(before_all)
        state.restore()
        randomness.restore()
    for i, group in enumerate(groups):
        if not any(record[i]["before"] for record in records):
            continue
        request: Dict[str, Any] = {"steps": [record[i] for record in records]}
        own = _own_claim(optimizer, optimizer.param_groups[i]) if claim == "own" else claim
        if own is not None:
            request["optimizer"] = own
        if begun[i] is not None:
            request["state"] = begun[i]
        reports.append(Report((service or _connected()).post("/v1/optimizer-checks", request).json()))
    order = ("FAIL", "INCONCLUSIVE", "KINK", "PASS")
    worst = min(reports, key=lambda report: order.index(report.verdict))
    if len(reports) > 1:
        worst.notes.append(f"{len(reports)} groups of parameters; this is the worst.")
    if share > 1:
        worst.notes.append(f"Every {share}th entry was looked at.")
    return worst


def _sample(kind: _Torch, tensor: Any, share: int) -> Mapping[str, Any]:
    flat = kind.flat(tensor)[::share].tolist()
    return {"shape": [len(flat)], "datatype": kind.datatype(tensor), "data": flat}


def _own_claim(optimizer: Any, group: Mapping[str, Any]) -> Optional[Mapping[str, Any]]:
    """What a class of torch.optim, or one derived from it, says it does; None for others."""
    for base in type(optimizer).__mro__:
        if base.__module__.startswith("torch.optim") and base.__name__ in _OPTIMIZERS:
            kind = _OPTIMIZERS[base.__name__]
            break
    else:
        return None
    if group.get("amsgrad"):
        if kind != "adam":
            return None
        kind = "amsgrad"
    claim: Dict[str, Any] = {"kind": kind, "preset": "pytorch"}
    if group.get("maximize"):
        claim["maximize"] = True
    for name in _USED[kind]:
        value = group.get(name, optimizer.defaults.get(name))
        if value is not None:
            claim[_HYPER[name]] = value if isinstance(value, bool) else float(value)
    if "betas" in group:
        claim["beta1"], claim["beta2"] = (float(beta) for beta in group["betas"])
    if group.get("decoupled_weight_decay") and kind not in ("adamw",):
        claim["weightDecay"] = {"kind": "decoupled", "rate": float(group["weight_decay"])}
    if kind == "nadam" and int(sys.modules["torch"].__version__.split(".")[0]) < 2:
        claim["momentum"] = "scheduledTwice"  # the product of its schedule went on twice a step until 2.0
    if kind == "sgd" and not claim.get("momentum"):
        for unused in ("dampening", "nesterov"):
            claim.pop(unused, None)
    return claim


def _begun(optimizer: Any, group: Sequence[Any], names: Mapping[int, str], share: int) -> Optional[Mapping[str, Any]]:
    """The state that an optimizer comes with, under PyTorch's names; None before its first step."""
    kind, slots, step = _Torch(), {}, None
    for p in group:
        for slot, value in optimizer.state.get(p, {}).items():
            if slot == "step":
                step = int(value)
            elif isinstance(value, kind.torch.Tensor) and value.shape == p.shape:
                slots.setdefault(slot, {})[names[id(p)]] = _sample(kind, value, share)
    if not slots:
        return None
    return {"step": 1 if step is None else step, "slots": slots}


# ---------------------------------------------------------------------------------------------- watching a training run


class Monitor:
    """A training run under observation: norms go out in the background, and nothing here ever raises into the loop.

    What waits to be sent is bounded (64 snapshots, the oldest make room), and so is the time it takes from the loop:
    a snapshot is skipped where one more would take more than ``share`` of the run so far. The first is always taken, and with
    ``share=1.0`` all are.
    """

    _WAITING = 64

    def __init__(
        self,
        model: Any,
        optimizer: Any = None,
        *,
        name: Optional[str] = None,
        every: int = 10,
        share: float = 0.003,
        first_step: int = 0,
        scaler: Any = None,
        ranks: Optional[int] = None,
        rank: Optional[int] = None,
        run: Optional[str] = None,
        compared_with: Optional[str] = None,
        webhook: Optional[Mapping[str, str]] = None,
        service: Optional[Service] = None,
    ):
        self.findings: "collections.deque[Mapping[str, Any]]" = collections.deque(maxlen=100)
        self.url: Optional[str] = None
        self.sent = self.dropped = self.skipped = 0
        self.step_number = first_step
        self._model, self._optimizer, self._name = model, optimizer, name
        self._every, self._share = max(1, int(every)), share
        self._waiting: "collections.deque[Mapping[str, Any]]" = collections.deque()
        self._lock, self._wake = threading.Lock(), threading.Event()
        self._stop = False
        self._thread: Optional[threading.Thread] = None
        self._loss: Any = None
        self._spent, self._taken, self._begun = 0.0, 0, time.perf_counter()
        self._patched: Any = None  # our step of the optimizer, and what was there before
        self._before_patch: Any = None
        self._path: Optional[str] = None
        self._scaler, self._scaler_patch = scaler, None
        self._rank = None
        self._settings = {"ranks": ranks, "comparedWith": compared_with, "webhook": dict(webhook) if webhook else None}
        if ranks is not None and ranks > 1:
            environment = os.environ
            self._rank = int(environment.get("RANK", "-1")) if rank is None else int(rank)
            elastic = environment.get("TORCHELASTIC_RUN_ID")
            run = run or (elastic if elastic != "none" else None)  # "none" is what torchrun calls every run by itself
            if not 0 <= self._rank < ranks or not run:
                raise ValueError("of several ranks each says its rank, and all the same run: ranks=4, rank=1, run='run 7-a'")
        self._key = hashlib.sha256(run.encode()).hexdigest() if run else uuid.uuid4().hex
        base = service or _connected()
        self._service = copy.copy(base)
        self._service.timeout, self._service.patience = min(base.timeout, 10.0), 0.0

    def __enter__(self) -> "Monitor":
        self._begun = time.perf_counter()
        _quietly(self._begin)
        return self

    def __exit__(self, *_: Any) -> None:
        _quietly(self.close)

    def log(self, loss: Any = None) -> None:
        """The loss of the step that comes next: a number or a tensor, which is not waited for."""
        if self.step_number % self._every == 0:  # else nobody will look at it
            self._loss = loss.detach() if hasattr(loss, "detach") else loss

    def step(self, loss: Any = None) -> None:
        """Says that a step is over, where no optimizer was given to the monitor."""
        if loss is not None:
            self.log(loss)
        _quietly(lambda: self._after(self._before(), None))

    def post(self, step: int, loss: Any = None, norms: Optional[Mapping[str, Any]] = None) -> None:
        """Sends norms that the caller has taken: name -> the gradient's norm, or a dict as in the API's description."""
        _quietly(lambda: self._put({"step": int(step), "loss": loss, "given": dict(norms or {})}))

    def report(self) -> Optional[Mapping[str, Any]]:
        """What the service has found so far; None where it cannot be had."""
        try:
            return self._service.call("GET", self._path).json() if self._path else None
        except Exception as error:
            _log.warning("plumbline: %s", _short(error))
            return None

    def close(self, seconds: float = 2.0) -> None:
        """Gives what is waiting a little time to be sent, and lets go of the optimizer."""
        if self._patched is not None and self._optimizer.__dict__.get("step") is self._patched:
            del self._optimizer.__dict__["step"]
            if self._before_patch is not None:
                self._optimizer.step = self._before_patch
        if self._scaler_patch is not None and self._scaler.__dict__.get("step") is self._scaler_patch:
            del self._scaler.__dict__["step"]
        self._patched = self._scaler_patch = None
        self._stop = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(seconds)
        if self._waiting or self.dropped:
            _log.warning("plumbline: %d snapshots were not sent", len(self._waiting) + self.dropped)

    # -- in the training thread

    def _begin(self) -> None:
        optimizer = self._optimizer
        if optimizer is None:
            return
        original = optimizer.step
        self._before_patch = optimizer.__dict__.get("step")
        monitor = self

        @functools.wraps(original)
        def step(_: Any, *arguments: Any, **options: Any) -> Any:
            if monitor._patched is None:
                return original(*arguments, **options)
            if monitor.step_number % monitor._every:
                result = original(*arguments, **options)
                monitor.step_number += 1
                return result
            snapshot = _quietly(monitor._before)
            result = original(*arguments, **options)
            _quietly(lambda: monitor._after(snapshot, result))
            return result

        self._patched = optimizer.step = types.MethodType(step, optimizer)
        if self._scaler is not None:
            self._begin_scaler(self._scaler)

    def _begin_scaler(self, scaler: Any) -> None:
        """A step of the scaler that never comes to the optimizer was left out."""
        original, monitor = scaler.step, self

        @functools.wraps(original)
        def step(_: Any, optimizer: Any, *arguments: Any, **options: Any) -> Any:
            before = monitor.step_number
            result = original(optimizer, *arguments, **options)
            if optimizer is monitor._optimizer and monitor.step_number == before:
                _quietly(monitor._left_out)
            return result

        self._scaler_patch = scaler.step = types.MethodType(step, scaler)

    def _left_out(self) -> None:
        number, self.step_number = self.step_number, self.step_number + 1
        loss, self._loss = self._loss, None
        if number % self._every == 0:
            self._put({"step": number, "loss": loss, "skipped": True, "scale": self._scaler.get_scale()})

    def _before(self) -> Optional[Dict[str, Any]]:
        """Norms on their way to being computed; None at a step that is not looked at."""
        if self.step_number % self._every:
            return None
        now = time.perf_counter()
        limited = self._share < 1.0 and self._taken > 0
        if limited and self._spent * (self._taken + 1) / self._taken > self._share * (now - self._begun):
            self.skipped += 1
            return None
        torch = sys.modules["torch"]
        named = [(name, p) for name, p in self._model.named_parameters() if p.grad is not None]
        with torch.no_grad():
            parameters = [p.detach() for _, p in named]
            snapshot = {
                "names": [name for name, _ in named],
                "parameters": parameters,
                "old": [p.clone() for p in parameters],
                "gradients": _norms(torch, [p.grad.detach() for _, p in named]),
            }
        self._spent += time.perf_counter() - now
        return snapshot

    def _after(self, snapshot: Optional[Dict[str, Any]], result: Any) -> None:
        number, self.step_number = self.step_number, self.step_number + 1
        if snapshot is None:
            self._loss = None
            return
        now = time.perf_counter()
        torch = sys.modules["torch"]
        loss, self._loss = (result.detach() if hasattr(result, "detach") else result), None
        parameters, old = snapshot.pop("parameters"), snapshot.pop("old")
        with torch.no_grad():
            updates = [p - before for p, before in zip(parameters, old)]
            snapshot["updates"] = _norms(torch, updates)
            snapshot["norms"] = _norms(torch, old)
        snapshot["step"] = number
        snapshot["loss"] = loss
        self._put(snapshot)
        self._taken += 1
        self._spent += time.perf_counter() - now

    def _put(self, snapshot: Mapping[str, Any]) -> None:
        with self._lock:
            self._waiting.append(snapshot)
            if len(self._waiting) > self._WAITING:
                self._waiting.popleft()
                self.dropped += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="plumbline-monitor", daemon=True)
                self._thread.start()
        self._wake.set()

    # -- in the background

    def _run(self) -> None:
        pause = 1.0
        while True:
            with self._lock:
                snapshot = self._waiting[0] if self._waiting else None
            if snapshot is None:
                if self._stop:
                    return
                self._wake.wait(1.0)
                self._wake.clear()
                continue
            try:
                self._send(snapshot)
                pause = 1.0
            except Refused as refusal:
                _log.warning("plumbline: %s", refusal)
                if refusal.status in (401, 403, 404, 421):  # no snapshot will ever be taken
                    return
                if refusal.status not in Service._BUSY:
                    self._done(snapshot)
                    continue
                time.sleep(0.2 if self._stop else pause)
            except Exception as error:
                if pause == 1.0:
                    _log.warning("plumbline: %s", _short(error))
                if self._stop:
                    return
                self._pause(pause)
                pause = min(2 * pause, 60.0)
            else:
                self.sent += 1
                self._done(snapshot)

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._stop and time.monotonic() < until:
            time.sleep(0.05)

    def _done(self, snapshot: Mapping[str, Any]) -> None:
        with self._lock:
            if self._waiting and self._waiting[0] is snapshot:
                self._waiting.popleft()

    def _send(self, snapshot: Mapping[str, Any]) -> None:
        if self._path is None:
            request: Dict[str, Any] = {"name": self._name} if self._name else {}
            layers = _layers(self._model)
            if layers:
                request["layers"] = layers
            request.update({name: value for name, value in self._settings.items() if value is not None})
            made = self._service.post("/v1/monitors", request, headers={"Idempotency-Key": self._key}).json()
            self._path = f"/v1/monitors/{made['id']}"
            self.url = self._service.url + self._path
        told = dict(_snapshot(snapshot))
        if self._rank is not None:
            told["rank"] = self._rank
        answer = self._service.post(f"{self._path}/snapshots", told).json()
        self.findings.extend(answer.get("findings") or [])


def monitor(model: Any, optimizer: Any = None, **options: Any) -> Monitor:
    """Watches a training loop: ``with plumbline.monitor(model, optimizer, name="run 7") as m: ...``.

    Every ``every`` steps of the optimizer (10) the norms of gradients, parameters and updates go to /v1/monitors, with
    the loss that ``m.log(loss=loss)`` was told last; ``m.findings`` and ``m.report()`` say what was found. Without an
    optimizer ``m.step(loss)`` says that a step is over, and ``m.post(step, loss, norms)`` takes any other library's.

    ``scaler``: PyTorch's GradScaler, whose left-out steps are counted. ``ranks``, ``rank`` and ``run``: several processes of
    one run post to one monitor; rank and run are had from torchrun's environment where they are not given.
    ``compared_with``: the id of another run's monitor. ``webhook``: ``{"url": ..., "secret": ...}``.
    """
    return Monitor(model, optimizer, **options)


def _quietly(action: Callable[[], Any]) -> Any:
    try:
        return action()
    except Exception as error:
        _log.warning("plumbline: %s", _short(error))
        return None


def _norms(torch: Any, tensors: Sequence[Any]) -> Any:
    """The norms of some tensors as one tensor, which nobody waits for."""
    if not tensors:
        return None
    if len({t.device for t in tensors}) > 1 or any(t.layout != torch.strided for t in tensors):
        return [t.norm() for t in tensors]
    each = torch._foreach_norm(tensors) if hasattr(torch, "_foreach_norm") else [t.norm() for t in tensors]
    return torch.stack([norm.float() if norm.dtype != torch.float64 else norm for norm in each])


def _layers(model: Any) -> List[str]:
    """The layers with a weight of two axes or more, the first one first."""
    named = getattr(model, "named_parameters", None)
    found = [name.rpartition(".")[0] for name, p in named() if p.dim() > 1] if named is not None else []
    return [name for name in dict.fromkeys(found) if name]


def _snapshot(snapshot: Mapping[str, Any]) -> Mapping[str, Any]:
    """A snapshot as the service takes it; here the norms are waited for."""
    request: Dict[str, Any] = {"step": snapshot["step"]}
    if snapshot.get("loss") is not None:
        request["loss"] = float(snapshot["loss"])
    if snapshot.get("skipped"):
        request.update(skipped=True, lossScale=snapshot["scale"])
        return request
    if "given" in snapshot:
        request["norms"] = snapshot["given"]
        return request
    columns = [
        [float(x) for x in snapshot[part]] if isinstance(snapshot[part], list) else snapshot[part].tolist()
        for part in ("gradients", "norms", "updates")
        if snapshot[part] is not None
    ]
    request["norms"] = {
        name: {"gradientNorm": g, "parameterNorm": p, "updateNorm": u}
        for name, g, p, u in zip(snapshot["names"], *columns)
    }
    return request


# ------------------------------------------------------------------------------------------------------- command line


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> Any:
        self.print_usage(sys.stderr)
        self.exit(3, f"{self.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="plumbline",
        description="Says whether a gradient is right. Exit status: 0 PASS, 1 FAIL, 2 could not be judged, "
        "3 usage or connection.",
    )
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    check = commands.add_parser("check", help="a model, data and gradients in files")
    check.add_argument("--model", help="ONNX file")
    check.add_argument("--weights", action="append", default=[], help="file that the model keeps weights in")
    check.add_argument("--data", help="safetensors, npz or npy")
    check.add_argument("--parameters", help="safetensors, npz or npy: in the place of the model's own")
    check.add_argument("--gradients", help="safetensors, npz or npy: the claim; without it Plumbline's own is checked")
    check.add_argument("--loss", help="crossEntropy, mse, ..., or its JSON")
    check.add_argument("--request", help="file with the request in JSON; the other options come on top")
    check.add_argument("--coverage", choices=["auto", "certified", "exhaustive", "sampled", "directional"])
    check.add_argument("--seed", type=int)
    check.add_argument("--url", help="default PLUMBLINE_URL, or http://localhost:8080")
    check.add_argument("--key", help="default PLUMBLINE_API_KEY, which other users of the machine cannot see")
    check.add_argument("--name", default="plumbline", help="name of the JUnit suite")
    check.add_argument("--junit", metavar="FILE", help="writes JUnit XML")
    check.add_argument("--markdown", metavar="FILE", help="appends Markdown, as to $GITHUB_STEP_SUMMARY; - is stdout")
    check.add_argument("--json", metavar="FILE", help="writes the whole report")
    return parser


def _check_files(options: argparse.Namespace) -> Report:
    """One upload to /v1/gradient-checks."""
    request: Dict[str, Any] = {}
    if options.request:
        with open(options.request, encoding="utf-8") as file:
            request = json.load(file)
    if not options.model and "model" not in request:
        raise Usage("--model, or a --request that names one, is needed")
    if options.loss:
        request["loss"] = json.loads(options.loss) if options.loss.lstrip()[:1] == "{" else {"kind": options.loss}
    for setting in ("coverage", "seed"):
        if getattr(options, setting) is not None:
            request.setdefault("settings", {})[setting] = getattr(options, setting)
    files = {}
    for part in ("model", "data", "parameters", "gradients"):
        path = getattr(options, part)
        if path:
            with open(path, "rb") as file:
                files[part] = (os.path.basename(path), file.read())
    for path in options.weights:
        with open(path, "rb") as file:
            files["weights"] = (os.path.basename(path), file.read())
    service = connect(options.url, options.key)
    return _kept(service.upload("/v1/gradient-checks", request, files), service, "/v1/gradient-checks")


def _write(path: str, content: str, mode: str = "w") -> None:
    if path == "-":
        sys.stdout.write(content)
        return
    with open(path, mode, encoding="utf-8") as file:
        file.write(content)


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """The command line; gives the exit status."""
    options = _parser().parse_args(arguments)
    try:
        report = _check_files(options)
        if options.json:
            _write(options.json, json.dumps(report.data, indent=2) + "\n")
        if options.junit:
            _write(options.junit, report.to_junit(options.name))
        if options.markdown:
            _write(options.markdown, report.to_markdown(), "a")
    except (PlumblineError, OSError, ValueError) as error:
        print(f"plumbline: {error}", file=sys.stderr)
        return 3
    print(report)
    return {"PASS": 0, "FAIL": 1}.get(report.verdict, 2)


# ------------------------------------------------------------------------------------------------------------- pytest

if "pytest" in sys.modules:  # as by pytest -p plumbline
    import pytest

    class _Checks:
        """The checks of this file; one that is not PASS fails the test with the report, without a traceback of ours."""

        def __call__(self, *arguments: Any, **options: Any) -> Report:
            """``plumbline.check``"""
            __tracebackhide__ = True
            return self._judged(check, arguments, options)

        def function(self, *arguments: Any, **options: Any) -> Report:
            """``plumbline.check_function``"""
            __tracebackhide__ = True
            return self._judged(check_function, arguments, options)

        def export(self, *arguments: Any, **options: Any) -> Report:
            """``plumbline.check_export``"""
            __tracebackhide__ = True
            return self._judged(check_export, arguments, options)

        def optimizer(self, *arguments: Any, **options: Any) -> Report:
            """``plumbline.check_optimizer``"""
            __tracebackhide__ = True
            return self._judged(check_optimizer, arguments, options)

        def _judged(self, check: Callable[..., Report], arguments: Sequence[Any], options: Dict[str, Any]) -> Report:
            __tracebackhide__ = True
            allow, words = options.pop("allow", ()), ""
            try:
                report = check(*arguments, **options)
            except (Unreachable, Refused) as error:
                words = f"plumbline: {error}"
            if words:
                pytest.fail(words, pytrace=False)
            if not report.ok and report.verdict not in allow:
                pytest.fail(str(report), pytrace=False)
            return report

    @pytest.fixture
    def plumbline_check() -> _Checks:
        """``plumbline_check(model, loss_fn, inputs, targets)``, and ``.function``, ``.export``, ``.optimizer``."""
        return _Checks()


if __name__ == "__main__":
    sys.exit(main())
