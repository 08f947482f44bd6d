#!/usr/bin/env python3
"""Three processes on one PostgreSQL, and what may happen to them in the middle of an exhaustive check and of a training run.

    mvn -B package -DskipTests && sudo src/test/by-hand/machines.py [killed] [frozen] [away] [full] [deadly]

One process takes requests in (plumbline.jobs.workers=0), two run two jobs at once each and share the shards of the check. Each fault, all of them
where none is named, meets a check and a run that are both under way:

    killed   the process that leads the check is killed (kill -9) and started again
    frozen   the process that leads the check is frozen for 20 s and wakes up
    away     the database dies and comes back after 5 s
    full     the database's disk (a small tmpfs, which nobody else sees) is full until a shard could not be kept, 8 s or more
    deadly   whoever takes up the third shard of a check is killed, each time

PLUMBLINE_COMMAND is how the service is started, without options; PostgreSQL is a cluster of its own. Exits with 0 where every job
ended once, done, with the report of the direct call but for its id and its times, and the deadly shard failed its job, which says
so, and nothing else; prints how long it took until a job was on its way again.
"""
import os, subprocess, sys, tempfile, threading, time

import crash
from processes import Service, end_all, over, plain, runs_on

CHECKS, RUNS = "/v1/gradient-checks", "/v1/training-runs"
WORK = {CHECKS: {"model": {"formula": "sum(tanh(w)^2) * logSumExp(w)"},
                 "parameters": {"w": [0.01 * (i * 7 % 13) for i in range(int(os.environ.get("ENTRIES", "90000")))]},
                 "settings": {"coverage": "exhaustive"}},
        RUNS: {"model": {"formula": "mean((x * w - y)^2)"}, "parameters": {"w": 2}, "data": {"x": [1, 2], "y": [3, 5]},
               "iterations": int(os.environ.get("ITERATIONS", "2000000")), "reportEvery": 10000,
               "optimizer": {"kind": "adam", "learningRate": 1e-6}}}
FAULTS = ("killed", "frozen", "away", "full", "deadly")
PHASES = ("exhaustive", "iterations")
FULL, LONGEST_FULL = 8, 45  # seconds, of a minute that a worker is patient
DISK = 200  # MB, of which a cluster without jobs takes some 70


def say(text):
    print(text, flush=True)


class Machines:

    def __init__(self, folder):
        self.disk = os.path.join(folder, "disk")
        os.mkdir(self.disk)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%dm,mode=755" % DISK, "plumbline", self.disk], check=True)
        self.cluster = crash.Cluster(self.disk)
        self.front, self.first, self.second = (
            Service(crash.PORT + place, folder, "--plumbline.jobs.workers=%d" % (2 if place else 0),
                    "--plumbline.limits.request-seconds=3000", *self.cluster.options) for place in (0, 2, 3))
        self.workers = [self.first, self.second]
        self.submitted, self.faults = [], []
        self.direct = {path: plain(self.front.call("POST", path, body)[2]) for path, body in WORK.items()}

    def under_way(self):
        """A check and a run, both past their beginnings."""
        jobs = {path: self.front.submit(path, body) for path, body in WORK.items()}
        self.submitted += jobs.items()
        for path, place in jobs.items():
            self.front.until(place, self.advances(0.1 if path == CHECKS else 0.02))
        return jobs

    @staticmethod
    def advances(fraction):
        return lambda job: job["state"] == "running" and job["progress"]["phase"] in PHASES and (
            job["progress"]["fraction"] >= fraction)

    def leads(self, place):
        job = self.front.job(place)
        leads = [worker for worker in self.workers if runs_on(job, worker)]
        if not leads:
            sys.exit("nobody runs %s" % job)
        return leads[0]

    def on_its_way(self, place, since):
        """Seconds until it is further than it was."""
        fraction = self.front.job(place)["progress"]["fraction"]
        self.front.until(place, lambda job: job["progress"]["fraction"] > fraction)
        return time.time() - since

    def taken_over(self, place, since, other_than):
        """Seconds until somebody else has it, and until it is further than it was."""
        fraction = self.front.job(place)["progress"]["fraction"]
        self.front.until(place, lambda job: job["state"] == "running" and not runs_on(job, other_than))
        taken = time.time() - since
        self.front.until(place, lambda job: job["progress"]["fraction"] > fraction)
        return taken, time.time() - since

    def judge(self, what, jobs, began):
        for path, place in jobs.items():
            job = self.front.end(place)
            same = job["state"] == "done" and plain(job["report"]) == self.direct[path]
            say("  %s: %s after %d attempts, report %s" % (
                path[4:], job["state"], job["attempts"], "the same" if same else "DIFFERS"))
            if not same:
                self.faults.append((what, path, job["state"], job.get("error")))
        say("  %.1f s all in all" % (time.time() - began))

    def killed(self, jobs):
        dies = self.leads(jobs[CHECKS])
        dies.kill()
        at = time.time()
        say("killed: somebody else has the check %.1f s later, and is further than before %.1f s" % self.taken_over(jobs[CHECKS], at, dies))
        dies.start()

    def frozen(self, jobs):
        sleeps = self.leads(jobs[CHECKS])
        sleeps.freeze()
        at = time.time()
        threading.Timer(20, sleeps.thaw).start()
        say("frozen: somebody else has the check %.1f s later, and is further than before %.1f s" % self.taken_over(jobs[CHECKS], at, sleeps))
        time.sleep(max(0, 21 - (time.time() - at)))

    def away(self, jobs):
        self.cluster.stop("immediate")
        time.sleep(5)
        self.cluster.start()
        at = time.time()
        say("away for 5 s: the check is on its way %.1f s later, the run %.1f s" % tuple(
            self.on_its_way(jobs[path], at) for path in (CHECKS, RUNS)))

    def full(self, jobs):
        ballast = os.path.join(self.disk, "ballast")
        began, before, refused = time.time(), self.refused_shards(), 0
        with open(ballast, "wb", buffering=0) as file:
            while time.time() - began < FULL or (refused == 0 and time.time() - began < LONGEST_FULL):
                try:
                    while file.write(b"\0" * 65536):
                        pass
                except OSError:
                    time.sleep(0.05)
                refused = self.refused_shards() - before
        full, died = time.time() - began, self.has_died()
        os.remove(ballast)
        if died:
            self.cluster.start()
        at = time.time()
        if refused == 0:
            self.faults.append("no shard was refused by the full disk")
        say("full for %.0f s (PostgreSQL %s, %d shards could not be kept at first): the check is on its way %.1f s after there"
            " is room, the run %.1f s" % (full, "died of it" if died else "lived on", refused, *(self.on_its_way(jobs[path], at) for path in (CHECKS, RUNS))))

    def refused_shards(self):
        """How often a worker could not keep one, by its log."""
        return sum(line.count("update job_shard set holder = null, digest") for worker in self.workers
                   for line in open(worker.log, errors="replace") if "does not take what a job has to keep" in line)

    def has_died(self):
        file = os.path.join(self.cluster.data, "postmaster.pid")
        return not os.path.exists(file) or not os.path.exists("/proc/" + open(file).readline().strip())

    def ask(self, sql):
        return [line.split("|") for line in subprocess.run(
            [os.path.join(self.cluster.programs, "psql"), "-h", "localhost", "-p", str(self.cluster.port), "-U", "plumbline",
             "-d", "postgres", "-At", "-c", sql], check=True, capture_output=True, text=True).stdout.splitlines()]

    def deadly(self):
        """Whoever holds the third shard is killed, and started again beside."""
        place = self.front.submit(CHECKS, WORK[CHECKS])
        id = place.rsplit("/", 1)[1]
        deadly, killed, starting, done = None, [], [], 0
        while not over(self.front.job(place)):
            if deadly is None:
                shards = self.ask("select begins from job_shard where job = '%s' and digest is null order by begins" % id)
                deadly = shards[2][0] if len(shards) > 2 else None
                continue
            for token, holder, node in self.ask(
                    "select token, holder, case when holder = 'lead' then node else (select picked_by from scheduled_tasks"
                    " where task_name = 'shards' and task_instance = holder) end from job_shard, job where id = job"
                    " and job = '%s' and begins = %s and holder is not null" % (id, deadly)):
                for worker in self.workers:
                    if token not in killed and node.endswith(":%d" % worker.process.pid):
                        worker.kill()
                        killed.append(token)
                        starting.append(threading.Thread(target=worker.start))
                        starting[-1].start()
            done = max(done, int(self.ask("select count(digest) from job_shard where job = '%s'" % id)[0][0]))
            time.sleep(0.05)
        job = self.front.job(place)
        kept, all = self.ask("select count(digest), count(*) from job_shard where job = '%s'" % id)[0]
        say("deadly: %d processes killed by the shard at piece %s; %s: %s; %s of %s shards are kept" % (
            len(killed), deadly, job["state"], job.get("error", {}).get("detail"), kept, all))
        if job["state"] != "failed" or "pieces %s to" % deadly not in job["error"]["detail"] or not 0 < done <= int(kept):
            self.faults.append(("deadly", job["state"], job.get("error"), kept, all))
        for thread in starting:
            thread.join()

    def meet(self, what):
        if what == "deadly":
            return self.deadly()
        began, jobs = time.time(), self.under_way()
        getattr(self, what)(jobs)
        return self.judge(what, jobs, began)


def main():
    if "PLUMBLINE_APART" not in os.environ:
        os.environ["PLUMBLINE_APART"] = "yes"
        os.execvp("unshare", ["unshare", "--mount", sys.executable, *sys.argv])
    folder = tempfile.mkdtemp(prefix="plumbline-machines-")
    os.chmod(folder, 0o755)
    machines = Machines(folder)
    try:
        for what in sys.argv[1:] or FAULTS:
            machines.meet(what)
        for path in WORK:
            kept, expected = machines.front.kept(path), 1 + sum(p == path for p, _ in machines.submitted)
            if len(set(kept)) != expected or len(kept) != expected:
                machines.faults.append((path, "reports kept", len(kept), "expected", expected))
        say("%s %s" % ("FAULTS" if machines.faults else "no faults", machines.faults))
        return 1 if machines.faults else 0
    finally:
        end_all()
        machines.cluster.stop("immediate")


sys.exit(main())
