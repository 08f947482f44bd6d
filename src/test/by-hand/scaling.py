#!/usr/bin/env python3
"""How long an exhaustive check takes on many workers: a simulation of the same scheduler, event by event.

    src/test/by-hand/scaling.py             the table of src/docs/scaling.md, in some seconds, without a service
    sudo src/test/by-hand/scaling.py measure [clients]    the database's times below, by pgbench on a cluster of its own

A worker polls as Lookout and Workers do, comes by one of Calls.MOST calls, reads the request and prepares, lists the shards, claims the
first that is free, works, keeps the result, and so on; whoever leads takes in what others have kept, and waits for the last. The
database serves so many statements at a time, in order. Compared with what shards.py measured with one and two workers.
"""
import heapq, os, random, statistics, subprocess, sys

# Of the service: Cut.SHORTEST, Cut.MOST, Cut.LARGEST, Calls.MOST, ShardCrew.BETWEEN_LOOKS, Workers.BETWEEN_CALLS and poll.
SHORTEST, MOST_SHARDS, LARGEST, CALLS, BETWEEN_LOOKS, BETWEEN_CALLS, POLL = 2.0, 1000, 8 << 20, 16, 0.05, 1.0, 0.5

# Measured: `scaling.py measure 1`, while others kept both cores busy seven times over: bounds from above, not what is usual.
CLAIM = 5.4e-3      # taking up a shard: an update with its commit, and a look
KEEP = 4.2e-3       # a result of 128 KiB, with its commit
FETCH = 2.9e-3      # a result of 128 KiB, by whoever leads
LIST, LIST_ROW = 0.27e-3, 3e-6  # the shards of a heap: the list, and each row of it
MEASURED_BYTES = 128 << 10
CONNECTIONS = 4     # statements that the database does at the same time: its cores; assumed

# Assumed, not measured: a network within a data centre, there and back, and what of it a connection carries.
NETWORK, BYTES_PER_SECOND = 0.0005, 100e6

# Measured by shards.py, quiet, a core each, a check of 60,000 entries (stop 26): what one and two workers took.
MEASURED = {1: 13.1, 2: 7.2}
SERIAL = 0.4        # of it, whoever leads alone: reading, reference and certificate; fitted to both, not measured apart
PREPARES = 0.3      # a volunteer, until its first shard; likewise
BYTES = 4 * 8 * 60_000 / 12.7  # of results for a second of work, of that check: four numbers of float64 an entry


def measure(clients="4"):
    """Seconds of each kind of statement, with so many clients at once: latency as one of them sees it, over a local socket."""
    import glob, re, tempfile
    import crash
    folder = tempfile.mkdtemp(prefix="plumbline-scaling-")
    os.chmod(folder, 0o755)
    cluster = crash.Cluster(folder)
    address = ["-h", cluster.data, "-p", str(cluster.port), "-U", "plumbline", "postgres"]
    try:
        scripts = sorted(glob.glob(os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                                "../../main/resources/db/migration/postgresql/V*.sql")),
                         key=lambda path: int(re.search(r"/V(\d+)__", path).group(1)))
        sql = "".join(open(path).read() + "\n" for path in scripts) + """
            insert into job (id, owner, kind, state, created_at, expires_at, seconds, through_at, attempts, lease, cancelled, version,
                done, total, fraction, bytes) values ('j', 'a', 'k', 'RUNNING', 0, 0, 1, 0, 1, 1, false, 1, 0, 0, 0, 0);
            insert into job_shard (job, heap, begins, ends, bytes, token, attempts)
                select 'j', 'h', n, n + 1, 65536, 0, 0 from generate_series(1, 1000) n;"""
        subprocess.run([cluster.programs + "/psql", "-q", "-v", "ON_ERROR_STOP=1", *address], input=sql, text=True, check=True)
        this = " where job = 'j' and heap = 'h' and begins = :b"
        for name, statements in {
            "CLAIM": ["update job_shard set holder = 'x', token = token + 1, attempts = attempts + 1" + this,
                      "select token from job_shard" + this],
            "KEEP": ["update job_shard set holder = null, digest = 'd', result = decode(repeat('0123456789abcdef', 8192), 'hex')" + this,
                     "update job set fruitless = 0 where id = 'j' and fruitless <> 0"],
            "FETCH": ["select result, digest from job_shard" + this],
            "LIST of 1000": ["select begins, ends, bytes, attempts, holder, digest from job_shard where job = 'j' and heap = 'h'"
                             " order by begins"],
            "LIST of 10": ["select begins, ends, bytes, attempts, holder, digest from job_shard where job = 'j' and heap = 'h'"
                           " and begins <= 10 order by begins"],
        }.items():
            file = os.path.join(folder, "script.sql")
            open(file, "w").write("\\set b random(1, 1000)\n" + "".join(each + ";\n" for each in statements))
            said = subprocess.run([cluster.programs + "/pgbench", "-n", "-M", "prepared", "-c", clients, "-T", "3", "-f", file, *address],
                                  capture_output=True, text=True, check=True).stdout
            latency = float(re.search(r"latency average = ([\d.]+) ms", said).group(1))
            print("%-13s %.2f ms with %s clients, %.2f ms of the database each" % (name, latency, clients, latency / int(clients)))
    finally:
        cluster.stop("immediate")


if sys.argv[1:2] == ["measure"]:
    measure(*sys.argv[2:])
    sys.exit(0)


class Database:
    """Does so many statements at the same time, in the order in which they come."""

    def __init__(self):
        self.free, self.busy = [0.0] * CONNECTIONS, 0.0
        heapq.heapify(self.free)

    def ends(self, now, seconds):
        begins = max(now, heapq.heappop(self.free))
        heapq.heappush(self.free, begins + seconds)
        self.busy += seconds
        return begins + seconds


class Job:
    def __init__(self, work):
        shard = max(SHORTEST, work / MOST_SHARDS)
        count = max(1, round(work / shard))
        self.shard, self.work = [work / count] * count, work
        self.states = ["free"] * count  # held, done
        self.cut = self.over = False
        self.first = 0  # none before it is free

    def free(self):
        return [n for n in range(self.first, len(self.states)) if self.states[n] == "free"]


def simulate(workers, jobs, calls=CALLS, seed=1):
    """Seconds until the last job is over, and how busy the database was of its connections."""
    chance, database, queue, order = random.Random(seed), Database(), [], [0]
    jobs, led, followers = [Job(work) for work in jobs], [], {}
    waiting = list(jobs)

    def statement(seconds, size=0):
        return ("database", seconds, size / BYTES_PER_SECOND)

    def shards(job, leads):
        size = job.shard[0] * BYTES
        taken = 0
        while True:
            yield statement(LIST + LIST_ROW * len(job.states))
            seen = job.free()
            if leads:
                done = job.states.count("done")
                for _ in range(done - taken):
                    yield statement(FETCH * size / MEASURED_BYTES, size)
                taken = done
                if done == len(job.states):
                    return
            claimed = None
            for n in seen:  # as it was listed: somebody may have been faster
                was = job.states[n]
                if was == "free":
                    job.states[n] = "held"
                    yield statement(CLAIM)
                    claimed = n
                    break
                yield statement(LIST)
            if claimed is None:
                if not leads:
                    return
                yield ("sleep", BETWEEN_LOOKS)
                continue
            while job.first < len(job.states) and job.states[job.first] != "free":
                job.first += 1
            yield ("sleep", job.shard[claimed])
            yield statement(KEEP * size / MEASURED_BYTES, size)
            job.states[claimed] = "done"
            taken += leads  # its own it has
            if not leads and waiting:
                return

    def worker():
        yield ("sleep", chance.uniform(0, 0.25))
        while True:
            if waiting:
                job = waiting.pop(0)
                led.append(job)
                yield statement(CLAIM)
                yield ("sleep", SERIAL)
                yield statement(CLAIM + LIST_ROW * len(job.states))
                job.cut = True
                yield from shards(job, True)
                job.over = True
                continue
            helped = next((job for job in led if job.cut and not job.over and followers.get(id(job), 0) < calls and job.free()), None)
            if helped is None:
                if all(job.over for job in jobs):
                    return
                yield statement(LIST)
                yield ("sleep", POLL)
                continue
            followers[id(helped)] = followers.get(id(helped), 0) + 1
            yield statement(CLAIM)
            yield ("sleep", PREPARES)
            yield from shards(helped, False)
            yield ("sleep", BETWEEN_CALLS)  # the call is due again
            followers[id(helped)] -= 1

    def push(time, process):
        order[0] += 1
        heapq.heappush(queue, (time, order[0], process))

    for _ in range(workers):
        push(0.0, worker())
    now = last = 0.0
    while queue:
        now, _, process = heapq.heappop(queue)
        wish = next(process, None)
        if not all(job.over for job in jobs):
            last = now
        if wish is None:
            continue
        if wish[0] == "sleep":
            push(now + wish[1], process)
        else:
            push(database.ends(now + NETWORK, wish[1]) + wish[2], process)
    return last, database.busy / (CONNECTIONS * last)


def main():
    parallel = MEASURED[1] - SERIAL - 0.1
    print("| workers | measured | simulated |\n|---|---|---|")
    for workers, seconds in MEASURED.items():
        said = statistics.median(simulate(workers, [parallel], seed=seed)[0] for seed in range(9))
        print("| %d | %.1f s | %.1f s |" % (workers, seconds, said))
        assert abs(said / seconds - 1) < 0.15, "the model is off"
    print("\n| workers | one check of an hour | efficiency | 100 calls | efficiency | 1,000 calls | efficiency | as many checks of ten minutes as workers | efficiency | database busy |\n"
          "|---|---|---|---|---|---|---|---|---|---|")
    for workers in (1, 2, 4, 8, 17, 50, 100, 300, 1000):
        cells = []
        for calls in (CALLS, 100, 1000):
            seconds, _ = simulate(workers, [3600], calls)
            cells.append("%.0f s | %.0f %%" % (seconds, 100 * 3600 / seconds / workers))
        seconds, busy = simulate(workers, [600] * workers)
        print("| %d | %s | %.0f s | %.0f %% | %.0f %% |" % (workers, " | ".join(cells), seconds, 100 * 600 / seconds, 100 * busy), flush=True)
    print("\n| 17 workers | one check of ten minutes | efficiency | 17 of them | database busy |\n|---|---|---|---|---|")
    for name, values in (("SHORTEST", (0.6, 1, 2, 5, 20)), ("NETWORK", (0.0001, 0.001, 0.01, 0.1)), ("CONNECTIONS", (1, 2, 16))):
        usual = globals()[name]
        for value in values:
            globals()[name] = value
            (one, _), (all_, busy) = simulate(17, [600]), simulate(17, [600] * 17)
            print("| %s %g | %.0f s | %.0f %% | %.0f s | %.0f %% |" % (
                name, value, one, 100 * 600 / one / 17, all_, 100 * busy), flush=True)
        globals()[name] = usual


main()
