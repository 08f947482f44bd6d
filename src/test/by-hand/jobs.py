#!/usr/bin/env python3
"""Kills the service (kill -9) in the middle of jobs, starts it again, and holds what comes of them against direct calls.

    mvn -B package -DskipTests && src/test/by-hand/jobs.py [kills] [cost]

One process on H2, which runs two jobs at once: at each kill an exhaustive check and a training run are under way, and a diagnosis
was acknowledged just before. PLUMBLINE_COMMAND is how the service is started, without options. Exits with 0 where every
acknowledged job ended once, done, with the report of the direct call but for its id and its times, and where a job that is killed
at each attempt fails and says so. With "cost" it prints how much time a kill costs a check and a run of half a minute, with what
is kept on the way and without (a quarter of plumbline.jobs.bytes holds no shard and no checkpoint then).
"""
import os, random, sys, tempfile, time

from processes import Service, end_all, over, plain, runs_on

PORT = int(os.environ.get("PLUMBLINE_PORT", "18914"))
KILLS = int(sys.argv[1]) if len(sys.argv) > 1 else 20
RUN = {"model": {"formula": "mean((x * w - y)^2)"}, "parameters": {"w": 2}, "data": {"x": [1, 2], "y": [3, 5]},
       "iterations": int(os.environ.get("ITERATIONS", "2000000")), "reportEvery": 10000,
       "optimizer": {"kind": "adam", "learningRate": 1e-6}}
CHECK = {"model": {"formula": "sum(tanh(w)^2) * logSumExp(w)"},
         "parameters": {"w": [0.01 * (i * 7 % 13) for i in range(int(os.environ.get("ENTRIES", "50000")))]},
         "settings": {"coverage": "exhaustive"}}
DIAGNOSIS = {"gradients": {"a.weight": [[1e-12, 1e-12]], "b.weight": [[1.0, 2.0]]}}
CHECKS, RUNS, DIAGNOSES = "/v1/gradient-checks", "/v1/training-runs", "/v1/diagnoses"
WORK = {CHECKS: CHECK, RUNS: RUN, DIAGNOSES: DIAGNOSIS}
PHASES = ("exhaustive", "iterations")


def run_to_the_end(service, place):
    """The job, seconds from when this process begins it to its end, and how far that was when it first said so."""
    began, resumed = None, 0
    while True:
        job = service.job(place)
        if began is None and runs_on(job, service):
            began = time.time()
        if began and resumed <= 1 and job["progress"]["phase"] in PHASES:
            resumed = job["progress"]["done"]
        if over(job):
            return job, time.time() - (began or time.time()), resumed
        time.sleep(0.05)


def cost_of_kills(path, body, kills, bytes_of_jobs):
    faults, lost = [], []
    service = Service(PORT, tempfile.mkdtemp(prefix="jobs-"), "--plumbline.limits.request-seconds=3000",
                      "--plumbline.jobs.bytes=%d" % bytes_of_jobs)
    service.call("POST", path, body)
    began = time.time()
    direct = plain(service.call("POST", path, body)[2])
    alone = time.time() - began
    _, whole, _ = run_to_the_end(service, service.submit(path, body))
    for number in range(kills):
        place = service.submit(path, body)
        service.until(place, lambda job: job["state"] == "running")
        began = time.time()
        while time.time() - began < (0.3 + 0.5 * (number + 0.5) / kills) * whole:
            progress = service.job(place)["progress"]
            time.sleep(0.1)
        service.kill()
        worked = time.time() - began
        service.start()
        job, rest, resumed = run_to_the_end(service, place)
        lost.append("%.1f s (%.0f %% of the work done again)" % (
            worked + rest - whole, 100 * max(0, progress["done"] - resumed) / max(1, progress["total"])))
        if job["state"] != "done" or plain(job["report"]) != direct:
            faults.append((place, job["state"], job.get("error") or "another report"))
    service.kill()
    print("%s: direct %.1f s, as a job %.1f s; lost by each kill: %s" % (
        path, alone, whole, ", ".join(lost)), flush=True)
    return faults


def kills_in_the_middle(service, acknowledged):
    """Each while a check and a run are under way; the times until both were again."""
    under_way, rounds, back = {CHECKS: None, RUNS: None}, {CHECKS: 0, RUNS: 0}, []
    for number in range(KILLS):
        for path, place in under_way.items():
            if place is None or over(service.job(place)):
                under_way[path] = service.submit(path, WORK[path])
                acknowledged.append((under_way[path], path))
        resuming = time.time()
        for place in under_way.values():
            service.until(place, lambda job: runs_on(job, service) and job["progress"]["phase"] in PHASES)
        back.append(time.time() - resuming)
        time.sleep(random.uniform(0, 4))
        acknowledged.append((service.submit(DIAGNOSES, DIAGNOSIS), DIAGNOSES))
        at = {path: service.job(place) for path, place in under_way.items()}
        service.kill()
        for path, job in at.items():
            rounds[path] += job["state"] == "running"
        ready = service.start("liveness")
        print("kill %d: %s; it lives again in %.1f s" % (number + 1, ", ".join(
            "%s %s %.0f %%" % (path[4:], job["state"], 100 * job["progress"]["fraction"]) for path, job in at.items()),
            ready), flush=True)
    print("%d kills: %d in the middle of a check, %d of a run; both on their way again within %.1f s of the start (median %.1f)" % (
        KILLS, rounds[CHECKS], rounds[RUNS], max(back[1:]), sorted(back[1:])[len(back[1:]) // 2]), flush=True)


def killed_at_each_attempt(folder):
    service = Service(PORT, folder, "--plumbline.jobs.attempts=2")
    place = service.submit(RUNS, {**RUN, "iterations": 10_000_000})
    for _ in range(2):
        service.until(place, lambda job: runs_on(job, service))
        service.kill()
        service.start()
    job = service.end(place)
    print("killed at each attempt:", job["state"], job["error"], flush=True)
    service.kill()
    return [] if job["state"] == "failed" else [(place, job["state"])]


def main():
    folder, faults, acknowledged = tempfile.mkdtemp(prefix="jobs-"), [], []
    service = Service(PORT, folder, "--plumbline.jobs.attempts=%d" % (KILLS + 2), "--plumbline.jobs.workers=2",
                      "--plumbline.limits.request-seconds=3000")
    direct = {path: plain(service.call("POST", path, body)[2]) for path, body in WORK.items()}
    kills_in_the_middle(service, acknowledged)
    attempts = []
    for place, path in acknowledged:
        job = service.end(place)
        attempts.append(job["attempts"])
        if job["state"] != "done" or plain(job["report"]) != direct[path]:
            faults.append((place, job["state"], job.get("error") or "another report"))
    for path in WORK:
        kept, expected = service.kept(path), 1 + sum(p == path for _, p in acknowledged)
        if len(kept) != expected or len(set(kept)) != expected:
            faults.append((path, "reports kept", len(kept), "expected", expected))
    print("%d jobs acknowledged (%s), attempts up to %d, %d lost or different" % (
        len(acknowledged), ", ".join("%d %s" % (sum(p == path for _, p in acknowledged), path[4:]) for path in WORK),
        max(attempts), len(faults)), flush=True)
    service.kill()
    faults += killed_at_each_attempt(folder)
    if "cost" in sys.argv:
        for path, little in ((CHECKS, 4 << 20), (RUNS, 20000)):
            body = {**RUN, "iterations": 2 * RUN["iterations"]} if path == RUNS else CHECK
            print("with what is kept on the way, ", end="")
            faults += cost_of_kills(path, body, min(KILLS, 3), 1 << 30)
            print("without it, ", end="")
            faults += cost_of_kills(path, body, 1, little)
    print("FAULTS" if faults else "no faults", faults)
    sys.exit(1 if faults else 0)


try:
    main()
finally:
    end_all()
