#!/usr/bin/env python3
"""Three processes on one PostgreSQL: one is killed, one is frozen and wakes up, the database goes away for some seconds.

    mvn -B package -DskipTests && sudo src/test/by-hand/machines.py

One takes requests in (plumbline.jobs.workers=0), two run jobs. PLUMBLINE_COMMAND is how the service is started, without
options; PostgreSQL is a cluster of its own. Exits with 0 where every job ended once, done, with the report of the direct call but
for its id and its times; prints how long it took until somebody else had a job.
"""
import http.client, json, os, shlex, signal, subprocess, sys, tempfile, time

import crash

RUN = {"model": {"formula": "mean((x * w - y)^2)"}, "parameters": {"w": 2}, "data": {"x": [1, 2], "y": [3, 5]},
       "iterations": int(os.environ.get("ITERATIONS", "400000")), "reportEvery": 1000,
       "optimizer": {"kind": "adam", "learningRate": 1e-6}}
FRONT = crash.PORT
started = []


def call(method, path, body=None, **headers):
    connection = http.client.HTTPConnection("localhost", FRONT, timeout=600)
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


def start(port, folder, cluster, workers):
    command = os.environ.get("PLUMBLINE_COMMAND") or "java --add-modules jdk.incubator.vector -jar " + crash.glob.glob(
        "target/plumbline-*.jar")[0]
    log = open("%s/log-%d" % (folder, port), "a")
    process = subprocess.Popen([*shlex.split(command), "--server.port=%d" % port, "--plumbline.data=" + folder + "/data",
                                "--plumbline.jobs.workers=%d" % workers, "--plumbline.limits.request-seconds=3000",
                                *cluster.options], stdout=log, stderr=log)
    started.append(process)
    end = time.time() + 600
    while time.time() < end:
        connection = http.client.HTTPConnection("localhost", port, timeout=5)
        try:
            connection.request("GET", "/actuator/health/readiness")
            if connection.getresponse().status == 200:
                return process
        except OSError:
            time.sleep(0.5)
        finally:
            connection.close()
    sys.exit("no service: see " + log.name)


def job(place):
    while True:
        answer = call("GET", place)
        if answer and answer[0] == 200:
            return answer[2]
        time.sleep(0.2)


def wait(place, condition):
    while True:
        seen = job(place)
        if condition(seen):
            return seen
        time.sleep(0.1)


def submitted():
    return call("POST", "/v1/training-runs", RUN, Prefer="respond-async")[1]["Location"]


def of(process):
    return lambda seen: seen["state"] == "running" and (seen["node"] or "").endswith(":%d" % process.pid)


def main():
    folder = tempfile.mkdtemp(prefix="plumbline-machines-")
    os.chmod(folder, 0o755)
    cluster = crash.Cluster(folder)
    try:
        start(FRONT, folder, cluster, 0)
        first = start(FRONT + 2, folder, cluster, 1)
        direct = call("POST", "/v1/training-runs", RUN)[2]
        jobs = [submitted()]
        wait(jobs[0], of(first))
        second = start(FRONT + 3, folder, cluster, 1)
        first.send_signal(signal.SIGKILL)
        killed = time.time()
        first.wait()
        wait(jobs[0], of(second))
        print("killed: somebody else runs its job %.1f s later" % (time.time() - killed), flush=True)
        third = start(FRONT + 2, folder, cluster, 1)
        second.send_signal(signal.SIGSTOP)
        frozen = time.time()
        wait(jobs[0], of(third))
        print("frozen: somebody else runs its job %.1f s later" % (time.time() - frozen), flush=True)
        time.sleep(max(0, 20 - (time.time() - frozen)))
        second.send_signal(signal.SIGCONT)
        jobs += [submitted(), submitted()]
        wait(jobs[1], lambda seen: seen["state"] == "running")
        cluster.stop("immediate")
        time.sleep(5)
        cluster.start()
        print("the database was away for 5 s", flush=True)
        faults = []
        for place in jobs:
            seen = wait(place, lambda seen: seen["state"] not in ("queued", "running"))
            same = seen["state"] == "done" and all(
                seen["report"][name] == direct[name] for name in ("losses", "gradientNorms", "parameters", "steps"))
            print("%s after %d attempts, report %s" % (seen["state"], seen["attempts"], "the same" if same else "DIFFERS"))
            if not same:
                faults.append(seen)
        kept = len(call("GET", "/v1/training-runs?limit=200")[2]["items"])
        if kept != 1 + len(jobs):
            faults.append("%d reports are kept of %d runs" % (kept, 1 + len(jobs)))
        print("FAULTS" if faults else "no faults", faults)
        return 1 if faults else 0
    finally:
        for process in started:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.send_signal(signal.SIGKILL)
                process.wait()
        cluster.stop("immediate")


sys.exit(main())
