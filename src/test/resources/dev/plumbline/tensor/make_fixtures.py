"""Writes the files beside it, with NumPy and the reference implementation of safetensors.

    pip install numpy==2.4.6 safetensors==0.8.0 && python make_fixtures.py

Element i (row-major) of every array is known to the test by formula, so that no second copy of the values is needed:
floats (i - 5) / 8, signed integers 7 i - 50, unsigned integers 11 i, truth values i % 3 == 0.
"""

import hashlib
import io
import pathlib
import zipfile
from fractions import Fraction

import numpy as np
import safetensors

HERE = pathlib.Path(__file__).parent
SHAPES = [(), (5,), (0,), (2, 3, 4), (2, 0, 3)]
TYPES = ["f8", "f4", "f2", "i1", "i2", "i4", "i8", "u1", "b1"]


def array(kind, shape):
    i = np.arange(int(np.prod(shape)), dtype=np.float64)
    values = {"f": (i - 5) / 8, "i": 7 * i - 50, "u": 11 * i, "b": i % 3 == 0}[kind[0]]
    return values.astype("=" + kind).reshape(shape)


def every_npy():
    """Each dtype, byte order, memory order, shape and version, as entries of one archive."""
    with zipfile.ZipFile(HERE / "every.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        for kind in TYPES:
            for endian in "<>" if int(kind[1]) > 1 else "|":
                for order in "CF":
                    for n, shape in enumerate(SHAPES):
                        version = (1 + n % 3, 0)
                        values = np.asarray(array(kind, shape).astype(endian + kind), order=order)
                        out = io.BytesIO()
                        np.lib.format.write_array(out, values, version=version, allow_pickle=False)
                        mark = {"<": "little", ">": "big", "|": "byte"}[endian]
                        dims = "x".join(map(str, shape))
                        archive.writestr(zipfile.ZipInfo(f"{kind}-{mark}-{order}-{dims}.npy"), out.getvalue())


def plain_files():
    np.save(HERE / "plain.npy", array("f4", (2, 3, 4)))
    np.savez(HERE / "stored.npz", **{"w": array("f8", (2, 3, 4)), "layer/b": array("f4", (5,))})
    np.savez_compressed(HERE / "deflated.npz", w=array("f8", (2, 3, 4)), mask=array("b1", (5,)))
    np.save(HERE / "object.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    np.save(HERE / "complex.npy", np.array([1j]))
    np.save(HERE / "text.npy", np.array(["a"]))
    np.save(HERE / "record.npy", np.array([(1, 2.0)], dtype=[("a", "<i4"), ("b", "<f8")]))


def reference_safetensors():
    tensors = {}
    for kind in TYPES:
        for shape in SHAPES:
            tensors[f"{kind}-" + "x".join(map(str, shape))] = array(kind, shape)
    for name in ["Ünïcødé/~name 𝟙", "\uffe0 before 𝟙", "𝟙 after \uffe0"]:
        tensors[name] = array("f8", ())
    specs = {name: spec(values.dtype.name, values) for name, values in tensors.items()}
    for shape in SHAPES:
        name = "bf-" + "x".join(map(str, shape))
        tensors[name] = np.asarray(array("f4", shape).view("u4") >> 16, dtype="<u2")  # (i - 5) / 8 is exact in bfloat16
        specs[name] = spec("bfloat16", tensors[name])
    file = safetensors.serialize(specs, {"framework": "none"})
    (HERE / "reference.safetensors").write_bytes(file)


def spec(dtype, values):
    address = values.ctypes.data
    return safetensors.TensorSpec(dtype=dtype, shape=values.shape, data_ptr=address, data_len=values.nbytes)


def nearest(value, fraction_bits, least_exponent, greatest_exponent):
    """The nearest number of a binary float format, ties to even, in exact arithmetic."""
    if not np.isfinite(value) or value == 0:
        return value
    exact = abs(Fraction(float(value)))
    exponent = max(int(np.frexp(value)[1]) - 1, least_exponent)
    step = Fraction(2) ** (exponent - fraction_bits)
    rounded = round(exact / step) * step
    limit = Fraction(2) ** (greatest_exponent + 1)
    return np.copysign(np.inf if rounded >= limit else float(rounded), value)


def halves():
    """Roundings of float64 to both 16-bit floats: rows of (value, float16, bfloat16), as float64, little-endian."""
    patterns = np.arange(65536, dtype=np.uint16)
    widened = patterns.view(np.float16).astype("<f8")
    widened[np.isnan(widened)] = np.nan
    (HERE / "float16.sha256").write_text(hashlib.sha256(widened.tobytes()).hexdigest() + "\n")

    random = np.random.default_rng(20261121)
    finite = widened[np.isfinite(widened)]
    near = random.choice(finite, 150)
    middles = (near + np.nextafter(near.astype(np.float16), np.float16(np.inf)).astype(np.float64)) / 2
    middles = middles[np.isfinite(middles)]
    brain = (random.integers(0, 0x7F80, 150).astype(np.uint32) << 16).view(np.float32).astype(np.float64)
    brain_middles = brain * (1 + 2.0**-8)
    values = np.concatenate(
        [
            middles,
            np.nextafter(middles, np.inf),
            np.nextafter(middles, -np.inf),
            brain_middles,
            np.nextafter(brain_middles, np.inf),
            np.nextafter(brain_middles, 0),
            random.standard_normal(100) * 10.0 ** random.integers(-50, 50, 100),
            [0.0, -0.0, np.inf, -np.inf, 65504, 65519.999, 65520, -65520, 2.0**-24, 2.0**-25, 1.5 * 2.0**-25],
            [2.0**-14, 2.0**-15, 5e-324, 1.7e308, 3.3961775292304601e38, 3.4e38, 2.0**-133, 2.0**-134, 2.0**-126],
        ]
    )
    with np.errstate(over="ignore"):
        half = values.astype(np.float16).astype(np.float64)
    exact_half = np.array([nearest(v, 10, -14, 15) for v in values])
    assert np.array_equal(half, exact_half), "NumPy and exact arithmetic disagree"
    exact_brain = np.array([nearest(v, 7, -126, 127) for v in values])
    np.save(HERE / "roundings.npy", np.stack([values, half, exact_brain], axis=1))


every_npy()
plain_files()
reference_safetensors()
halves()
