"""A kernel in C with its backward pass, through ctypes: a stand-in for CUDA. Nothing but Python's own library."""

import ctypes
import pathlib
import random
import subprocess
import tempfile

import plumbline

ROWS, COLUMNS = 6, 4


def build():
    source = pathlib.Path(__file__).with_name("kernel.c")
    library = pathlib.Path(tempfile.mkdtemp()) / "kernel.so"
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", library, source, "-lm"], check=True)
    kernel = ctypes.CDLL(str(library))
    kernel.forward.restype = ctypes.c_double
    return kernel


def array(rows):
    flat = [v for row in rows for v in row] if isinstance(rows[0], list) else rows
    return (ctypes.c_double * len(flat))(*flat)


kernel = build()
random.seed(1)
w = [[random.gauss(0, 1) for _ in range(COLUMNS)] for _ in range(ROWS)]
x = [random.gauss(0, 1) for _ in range(COLUMNS)]
y = [random.gauss(0, 1) for _ in range(ROWS)]


def loss(w, x):
    return kernel.forward(array(w), array(x), array(y), ROWS, COLUMNS)


def gradients(w, x, wrong=False):
    dw, dx = array([0.0] * (ROWS * COLUMNS)), array([0.0] * COLUMNS)
    kernel.backward(array(w), array(x), array(y), ROWS, COLUMNS, dw, dx, int(wrong))
    return [list(dw[i * COLUMNS : (i + 1) * COLUMNS]) for i in range(ROWS)], list(dx)


print(plumbline.check_function(loss, (w, x), gradients))
print(plumbline.check_function(loss, (w, x), lambda w, x: gradients(w, x, wrong=True)))
