#!/usr/bin/env python3
"""An exhaustive check that processes on one PostgreSQL share: one worker against two, and faults in the middle of it.

    mvn -B package -DskipTests && sudo src/test/by-hand/shards.py

One process takes requests in, two do work, each on a core of its own (taskset). While both are at one job, the one that helps is
killed, the one that leads is killed, and one that helps is frozen for 20 s and wakes up. PLUMBLINE_COMMAND is how the service is
started, without options. Exits with 0 where each job ended once, done, with the report of the direct call but for its id and its
times; prints how long each took, and what a job costs beside a direct call of some milliseconds.
"""
import http.client, json, os, shlex, signal, statistics, subprocess, sys, tempfile, time

import crash

CHECK = {"model": {"formula": "sum(tanh(w)^2) * logSumExp(w)"},
         "parameters": {"w": [0.01 * (i * 7 % 13) for i in range(int(os.environ.get("ENTRIES", "60000")))]},
         "settings": {"coverage": "exhaustive"}}
SMALL = {**CHECK, "parameters": {"w": CHECK["parameters"]["w"][:int(os.environ.get("SMALL", "500"))]}}
ROUNDS = int(os.environ.get("ROUNDS", "3"))
FRONT = crash.PORT
started = []


def call(method, path, body=None, **headers):
    connection = http.client.HTTPConnection("localhost", FRONT, timeout=900)
    try:
        connection.request(method, path, None if body is None else json.dumps(body),
                           {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, answer.headers, json.loads(text) if text else None
    finally:
        connection.close()


def start(port, core, folder, cluster, workers):
    command = os.environ.get("PLUMBLINE_COMMAND") or "java --add-modules jdk.incubator.vector -jar " + crash.glob.glob(
        "target/plumbline-*.jar")[0]
    log = open("%s/log-%d" % (folder, port), "a")
    process = subprocess.Popen([*(["taskset", "-c", str(core)] if core is not None else []), *shlex.split(command),
                                "--server.port=%d" % port, "--plumbline.data=%s/data-%d" % (folder, port),
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
            pass
        finally:
            connection.close()
        time.sleep(0.5)
    sys.exit("no service: see " + log.name)


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.wait()


def plain(report):
    report = {k: v for k, v in report.items() if k != "id"}
    report["cost"] = {k: v for k, v in report["cost"].items() if k != "milliseconds"}
    return report


class Watched:
    """A job under way, whose progress must not fall; how far off its time left was, once a tenth was done."""

    def __init__(self):
        self.place = call("POST", "/v1/gradient-checks", CHECK, Prefer="respond-async")[1]["Location"]
        self.began, self.fractions, self.said = None, [0], []
        self.until(lambda job: job["state"] == "running")
        self.began = time.time()

    def until(self, condition):
        while True:
            job = call("GET", self.place)[2]
            fraction = job["progress"]["fraction"]
            if fraction < self.fractions[-1]:
                sys.exit("progress fell from %s to %s" % (self.fractions[-1], fraction))
            self.fractions.append(fraction)
            if job.get("secondsLeft") is not None:
                self.said.append((time.time(), job["secondsLeft"]))
            if condition(job):
                return job
            if job["state"] == "failed":
                sys.exit("failed: %s" % job["error"])
            time.sleep(0.05)

    def leads(self, process):
        return call("GET", self.place)[2]["node"].endswith(":%d" % process.pid)

    def end(self):
        job = self.until(lambda job: job["state"] not in ("queued", "running"))
        return job, time.time() - self.began


def main():
    folder = tempfile.mkdtemp(prefix="plumbline-shards-")
    os.chmod(folder, 0o755)
    cluster = crash.Cluster(folder)
    faults = []
    try:
        start(FRONT, None, folder, cluster, 0)
        first = start(FRONT + 2, 0, folder, cluster, 1)
        direct = plain(call("POST", "/v1/gradient-checks", CHECK)[2])

        def judge(what, job, seconds):
            same = job["state"] == "done" and plain(job["report"]) == direct
            print("%s: %.1f s, %s, report %s" % (what, seconds, job["state"], "the same" if same else "DIFFERS"), flush=True)
            if not same:
                faults.append(what)
            return seconds

        times = {"direct": [], "as a job": []}
        for _ in range(30):
            for how, headers in (("direct", {}), ("as a job", {"Prefer": "respond-async, wait=30"})):
                began = time.time()
                assert call("POST", "/v1/gradient-checks", SMALL, **headers)[0] == 200
                times[how].append(1e3 * (time.time() - began))
        print("a small check: %s ms" % {how: round(statistics.median(some), 1) for how, some in times.items()}, flush=True)

        Watched().end()
        second = start(FRONT + 3, 1, folder, cluster, 1)
        Watched().end()
        Watched().end()
        alone, together, off = [], [], []
        for _ in range(ROUNDS):
            second.send_signal(signal.SIGSTOP)
            time.sleep(6)
            watched = Watched()
            alone.append(judge("one worker", *watched.end()))
            end = time.time()
            off += [said / (end - when) for when, said in watched.said if end - when > 1]
            second.send_signal(signal.SIGCONT)
            time.sleep(3)
            together.append(judge("two workers", *Watched().end()))
        print("  time left against the truth: %.2f to %.2f" % (min(off), max(off)))
        print("  efficiency %.0f %%" % (50 * statistics.median(alone) / statistics.median(together)), flush=True)

        watched = Watched()
        watched.until(lambda job: job["progress"]["fraction"] > 0.4)
        leads, helps = (first, second) if watched.leads(first) else (second, first)
        helps.send_signal(signal.SIGSTOP)
        frozen = time.time()
        judge("one that helps is frozen", *watched.end())
        time.sleep(max(0, 20 - (time.time() - frozen)))
        helps.send_signal(signal.SIGCONT)
        time.sleep(2)

        watched = Watched()
        watched.until(lambda job: job["progress"]["fraction"] > 0.4)
        leads, helps = (first, second) if watched.leads(first) else (second, first)
        kill(leads)
        judge("the one that leads is killed", *watched.end())
        other = start(FRONT + (2 if leads is first else 3), 0 if leads is first else 1, folder, cluster, 1)

        watched = Watched()
        watched.until(lambda job: job["progress"]["fraction"] > 0.4)
        kill(other if watched.leads(helps) else helps)
        judge("one that helps is killed", *watched.end())

        kept = len({item["id"] for item in call("GET", "/v1/gradient-checks?limit=200")[2]["items"]})
        if kept != 1 + 60 + 6 + 2 * ROUNDS:
            faults.append("%d reports are kept" % kept)
        print("FAULTS" if faults else "no faults", faults)
        return 1 if faults else 0
    finally:
        for process in started:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                kill(process)
        cluster.stop("immediate")


sys.exit(main())
