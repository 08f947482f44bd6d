"""A check whose progress can be watched, so that its service can be killed in the middle: see PythonClientTests."""

import plumbline

calls = 0


def f(x):
    global calls
    calls += 1
    print(calls, "evaluations", flush=True)
    return sum(v**3 for v in x)


x = [0.5, -1.0, 2.0, 1.5]
report = plumbline.check_function(f, (x,), [3 * v**2 * (2 if i == 2 else 1) for i, v in enumerate(x)])
print(report.verdict, [t["name"] for t in report.tensors if t["verdict"] == "FAIL"], flush=True)
