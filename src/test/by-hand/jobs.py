#!/usr/bin/env python3
"""Kills the service (kill -9) in the middle of jobs, starts it again, and holds what comes of them against direct calls.

    mvn -B package -DskipTests && src/test/by-hand/jobs.py [kills]

PLUMBLINE_COMMAND is how the service is started, without options; `java ... -jar target/plumbline-*.jar` where it is not set.
A training run, an exhaustive check and a diagnosis are submitted before each kill. Exits with 0 where every acknowledged job
ended once, done, with the report of the direct call but for its id and its times, and where a job that is killed at each
attempt fails and says so. Then it prints how much time a kill costs a check and a run of half a minute, with what is kept on the
way and without (a quarter of plumbline.jobs.bytes holds no shard and no checkpoint then); COSTS=no leaves that out.
"""
import glob, http.client, json, os, random, shlex, signal, subprocess, sys, tempfile, time

PORT = int(os.environ.get("PLUMBLINE_PORT", "18914"))
KILLS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
RUN = {"model": {"formula": "mean((x * w - y)^2)"}, "parameters": {"w": 2}, "data": {"x": [1, 2], "y": [3, 5]},
       "iterations": int(os.environ.get("ITERATIONS", "100000")), "reportEvery": 1000,
       "optimizer": {"kind": "adam", "learningRate": 1e-6}}
CHECK = {"model": {"formula": "sum(tanh(w)^2) * logSumExp(w)"},
         "parameters": {"w": [0.01 * (i * 7 % 13) for i in range(int(os.environ.get("ENTRIES", "2000")))]},
         "settings": {"coverage": "exhaustive"}}
DIAGNOSIS = {"gradients": {"a.weight": [[1e-12, 1e-12]], "b.weight": [[1.0, 2.0]]}}
LONG_CHECK = {**CHECK, "parameters": {"w": [0.01 * (i * 7 % 13) for i in range(int(os.environ.get("LONG_ENTRIES", "50000")))]}}
LONG_RUN = {**RUN, "iterations": int(os.environ.get("LONG_ITERATIONS", "4000000")), "reportEvery": 10000}
PHASES = ("exhaustive", "iterations")
running = None
WORK = {"/v1/training-runs": RUN, "/v1/gradient-checks": CHECK, "/v1/diagnoses": DIAGNOSIS}


def call(method, path, body=None, **headers):
    connection = http.client.HTTPConnection("localhost", PORT, timeout=300)
    try:
        connection.request(method, path, None if body is None else json.dumps(body),
                           {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, answer.headers, json.loads(text) if text else None
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()


def start(data, *options):
    jar = glob.glob("target/plumbline-*.jar")
    command = os.environ.get("PLUMBLINE_COMMAND") or "java --add-modules jdk.incubator.vector -jar " + jar[0]
    global running
    log = open(os.path.join(data, "log"), "a")
    process = running = subprocess.Popen(shlex.split(command) + ["--server.port=%d" % PORT, "--plumbline.data=" + data, *options],
                                         stdout=log, stderr=log)
    for _ in range(1200):
        answer = call("GET", "/actuator/health")
        if answer and answer[0] == 200:
            return process
        if process.poll() is not None:
            sys.exit("the service did not start: see " + log.name)
        time.sleep(0.25)
    sys.exit("the service does not answer: see " + log.name)


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.wait()


def plain(report):
    report = {k: v for k, v in report.items() if k not in ("id", "seconds")}
    if isinstance(report.get("cost"), dict):
        report["cost"] = {k: v for k, v in report["cost"].items() if k != "milliseconds"}
    return report


def ended(path):
    while True:
        answer = call("GET", path, Prefer="wait=30")
        if answer and answer[2]["state"] not in ("queued", "running"):
            return answer[2]


def run_to_the_end(place, process, states=None):
    """The job, seconds from when this process begins it to its end, and how far that was when it first said so.

    None of its fractions may be below one before."""
    states = [] if states is None else states
    began, resumed = None, 0
    while True:
        answer = call("GET", place)
        if answer:
            job = answer[2]
            states.append(job["progress"]["fraction"])
            if states[-1] < max(states):
                sys.exit("progress fell: %s" % states[-5:])
            if began is None and job["state"] == "running" and job["node"].endswith(":%d" % process.pid):
                began = time.time()
            if began and resumed <= 1 and job["progress"]["phase"] in PHASES:
                resumed = job["progress"]["done"]
            if job["state"] not in ("queued", "running"):
                return job, time.time() - (began or time.time()), resumed
        time.sleep(0.05)


def cost_of_kills(path, body, kills, bytes_of_jobs):
    data, faults, lost = tempfile.mkdtemp(prefix="jobs-"), [], []
    options = ["--plumbline.limits.request-seconds=3000", "--plumbline.jobs.bytes=%d" % bytes_of_jobs]
    process = start(data, *options)
    while call("GET", "/actuator/health/readiness")[0] != 200:
        time.sleep(0.5)
    call("POST", path, body)
    began = time.time()
    direct = plain(call("POST", path, body)[2])
    alone = time.time() - began
    place = call("POST", path, body, Prefer="respond-async")[1]["Location"]
    _, whole, _ = run_to_the_end(place, process)
    for number in range(kills):
        place = call("POST", path, body, Prefer="respond-async")[1]["Location"]
        while call("GET", place)[2]["state"] != "running":
            time.sleep(0.02)
        began, states = time.time(), []
        while time.time() - began < (0.3 + 0.5 * (number + 0.5) / kills) * whole:
            progress = call("GET", place)[2]["progress"]
            states.append(progress["fraction"])
            time.sleep(0.1)
        kill(process)
        worked = time.time() - began
        process = start(data, *options)
        while call("GET", "/actuator/health/readiness")[0] != 200:
            time.sleep(0.1)
        job, rest, resumed = run_to_the_end(place, process, states)
        lost.append("%.1f s (%.0f %% of the work done again)" % (
            worked + rest - whole, 100 * max(0, progress["done"] - resumed) / max(1, progress["total"])))
        if job["state"] != "done" or plain(job["report"]) != direct:
            faults.append((place, job["state"], job["error"] if job["state"] != "done" else "another report"))
    kill(process)
    print("%s: direct %.1f s, as a job %.1f s; lost by each kill: %s" % (
        path, alone, whole, ", ".join(lost)), flush=True)
    return faults


def main():
    data, faults = tempfile.mkdtemp(prefix="jobs-"), []
    many = "--plumbline.jobs.attempts=%d" % (KILLS + 2)
    process = start(data, many)
    direct = {}
    for path, body in WORK.items():
        status, _, report = call("POST", path, body)
        assert status == 200, report
        direct[path] = plain(report)
    acknowledged = []
    for number in range(KILLS):
        for path, body in WORK.items():
            answer = call("POST", path, body, Prefer="respond-async")
            assert answer and answer[0] == 202, answer
            acknowledged.append((answer[1]["Location"], path))
        time.sleep(random.uniform(0.1, 3))
        states = [call("GET", place)[2]["state"] for place, _ in acknowledged]
        kill(process)
        print("kill %d: %s" % (number + 1, {state: states.count(state) for state in set(states)}), flush=True)
        began = time.time()
        process = start(data, many)
        print("  started in %.1f s" % (time.time() - began), flush=True)
    attempts = []
    for place, path in acknowledged:
        job = ended(place)
        attempts.append(job["attempts"])
        if job["state"] != "done" or plain(job["report"]) != direct[path]:
            faults.append((place, job["state"], job["error"]))
    for path in WORK:
        items, after = [], ""
        while True:
            page = call("GET", path + "?limit=200" + after)[2]
            items += [item["id"] for item in page["items"]]
            if page["next"] is None:
                break
            after = "&after=" + page["next"]
        expected = 1 + sum(p == path for _, p in acknowledged)
        if len(items) != expected or len(set(items)) != expected:
            faults.append((path, "reports kept", len(items), "expected", expected))
    print("%d jobs done, attempts up to %d" % (len(acknowledged), max(attempts)))

    kill(process)
    process = start(data, "--plumbline.jobs.attempts=2")
    place = call("POST", "/v1/training-runs", {**RUN, "iterations": 10_000_000}, Prefer="respond-async")[1]["Location"]
    for _ in range(2):
        while call("GET", place)[2]["state"] != "running":
            time.sleep(0.1)
        time.sleep(0.5)
        kill(process)
        began = time.time()
        process = start(data, "--plumbline.jobs.attempts=2")
        up = time.time()
        while call("GET", place)[2]["state"] == "running" and call("GET", place)[2]["node"].endswith(":%d" % process.pid) is False:
            time.sleep(0.1)
        print("  started in %.1f s, taken up again %.1f s later" % (up - began, time.time() - up), flush=True)
    job = ended(place)
    print("killed at each attempt:", job["state"], job["error"])
    if job["state"] != "failed":
        faults.append((place, job["state"]))
    kill(process)
    for path, body, little in () if os.environ.get("COSTS") == "no" else (("/v1/gradient-checks", LONG_CHECK, 4 << 20), ("/v1/training-runs", LONG_RUN, 20000)):
        print("with what is kept on the way, ", end="")
        faults += cost_of_kills(path, body, min(KILLS, 3), 1 << 30)
        print("without it, ", end="")
        faults += cost_of_kills(path, body, 1, little)
    print("FAULTS" if faults else "no faults", faults)
    sys.exit(1 if faults else 0)


try:
    main()
finally:
    if running is not None and running.poll() is None:
        kill(running)
