#!/usr/bin/env python3
"""Kills the service under load, restarts its database, fills its disk; then counts what was acknowledged and is not there.

    mvn -B package -DskipTests && sudo src/test/by-hand/crash.py kill       h2         [rounds]
                                  sudo src/test/by-hand/crash.py kill       postgresql [rounds]
                                  sudo src/test/by-hand/crash.py restart    postgresql [rounds]
                                  sudo src/test/by-hand/crash.py full       h2 or postgresql [rounds]

PLUMBLINE_COMMAND is how the service is started, without options; `java ... -jar target/plumbline-*.jar` where it is not
set. PostgreSQL is a cluster of its own, of the programs in /usr/lib/postgresql. A full disk is a small tmpfs, which nobody
else sees. Exits with 0 where nothing acknowledged was lost or counted twice, and nothing deleted came back.
"""
import base64, glob, http.client, json, os, random, shlex, signal, subprocess, sys, tempfile, threading, time

PORT = int(os.environ.get("PLUMBLINE_PORT", "18913"))
SESSIONS, MONITORS = 4, 4
MODEL = open(os.path.join(os.path.dirname(__file__), "../resources/fixtures/models/linear-loss/float32/model.onnx"), "rb").read()


def say(text):
    print(text, flush=True)


def call(method, path, body=None, **headers):
    """Status, headers and body of an answer; None where there is none."""
    connection = http.client.HTTPConnection("localhost", PORT, timeout=60)
    try:
        connection.request(method, path, None if body is None else json.dumps(body),
                           {"Content-Type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}})
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, answer.headers, json.loads(text) if text else None
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()


class Tally:
    def __init__(self):
        self.lock, self.counts, self.statuses, self.faults = threading.Lock(), {}, {}, []

    def add(self, what, n=1):
        with self.lock:
            self.counts[what] = self.counts.get(what, 0) + n

    def fault(self, text):
        with self.lock:
            self.faults.append(text)
        say("FAULT " + text)

    def refused(self, answer):
        """Anything but success: a fault of ours where it is a 500."""
        status = "none" if answer is None else answer[0]
        with self.lock:
            self.statuses[status] = self.statuses.get(status, 0) + 1
        if status == 500:
            self.fault("500: " + str(answer[2])[:300])
        return status


class Session:
    """After n steps of SGD by gradient 1 at rate 1 the parameter is -n, exactly."""

    def __init__(self, tally):
        self.tally, self.path, self.steps = tally, None, 0

    def act(self):
        if self.path is None:
            wish = {"optimizer": {"kind": "sgd", "learningRate": 1}, "parameters": {"w": [0] * 500}}
            made = call("POST", "/v1/optimizer-sessions", wish)
            if not made or made[0] != 201:
                return self.tally.refused(made)
            self.path = "/v1/optimizer-sessions/" + made[2]["id"]
        taken = call("POST", self.path + "/steps", {"gradients": {"w": [1] * 500}},
                     If_Match='"%d"' % self.steps, Idempotency_Key=str(self.steps))
        if not taken or taken[0] != 200:
            return self.tally.refused(taken)
        self.steps += 1
        self.tally.add("steps acknowledged")

    def judge(self):
        if self.path is None:
            return
        kept = call("GET", self.path)[2]
        step = kept.get("step", -1)
        if step not in (self.steps, self.steps + 1):
            self.tally.fault("%s: %d steps acknowledged, %s kept" % (self.path, self.steps, step))
        self.tally.add("steps committed, their answers lost", step - self.steps)
        self.act()  # the step without an answer, again: it counts once
        after = call("GET", self.path + "/parameters")[2]["w"]
        after = after["data"] if isinstance(after, dict) else after
        if set(after) != {-self.steps}:
            self.tally.fault("%s: parameters %s after %d steps" % (self.path, after[:3], self.steps))


class Monitor:
    def __init__(self, tally):
        self.tally, self.path, self.posts = tally, None, 0

    def act(self):
        if self.path is None:
            made = call("POST", "/v1/monitors", {})
            if not made or made[0] != 201:
                return self.tally.refused(made)
            self.path = "/v1/monitors/" + made[2]["id"]
        posted = call("POST", self.path + "/snapshots", {"step": self.posts, "loss": 1.0})
        if not posted or posted[0] != 200:
            return self.tally.refused(posted)
        self.posts += 1
        self.tally.add("snapshots acknowledged")

    def judge(self):
        if self.path is None:
            return
        kept = call("GET", self.path, Accept="application/json")[2].get("snapshots", -1)
        if kept not in (self.posts, self.posts + 1):
            self.tally.fault("%s: %d snapshots acknowledged, %s kept" % (self.path, self.posts, kept))
        self.tally.add("snapshots committed, their answers lost", kept - self.posts)
        self.act()
        kept = call("GET", self.path, Accept="application/json")[2].get("snapshots", -1)
        if kept != self.posts:
            self.tally.fault("%s: %d snapshots after %d posts" % (self.path, kept, self.posts))


class Models:
    """Keeps models, and drops every second one."""

    def __init__(self, tally):
        self.tally, self.kept, self.dropped, self.n = tally, set(), set(), 0

    def act(self):
        self.n += 1
        name = b"crash %d" % self.n  # a further producer_name: another file of the same model
        onnx = base64.b64encode(MODEL + b"\x12" + bytes([len(name)]) + name).decode()
        made = call("POST", "/v1/models", {"model": {"onnx": onnx}})
        if not made or made[0] not in (200, 201):
            return self.tally.refused(made)
        digest = made[2]["digest"]
        self.kept.add(digest)
        self.tally.add("models acknowledged")
        if self.n % 2:
            self.kept.discard(digest)
            gone = call("DELETE", "/v1/models/" + digest)
            if not gone or gone[0] != 204:
                return self.tally.refused(gone)
            self.dropped.add(digest)
            self.tally.add("models dropped")

    def judge(self):
        for digest in self.kept:
            if call("GET", "/v1/models/" + digest)[0] != 200:
                self.tally.fault("model %s was acknowledged and is lost" % digest)
        for digest in self.dropped:
            if call("GET", "/v1/models/" + digest)[0] != 404:
                self.tally.fault("model %s was dropped and has come back" % digest)


class Cluster:
    """A PostgreSQL of its own."""

    def __init__(self, folder):
        self.programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        self.data, self.port = os.path.join(folder, "cluster"), PORT + 1
        os.makedirs(self.data)
        subprocess.run(["chown", "postgres", self.data], check=True)
        self.run("initdb", "-D", self.data, "-A", "trust", "-U", "plumbline")
        self.start()
        self.options = ["--spring.datasource.url=jdbc:postgresql://localhost:%d/postgres" % self.port,
                        "--spring.datasource.username=plumbline", "--spring.datasource.password=-"]

    def run(self, program, *arguments):
        subprocess.run(["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups",
                        os.path.join(self.programs, program), *arguments], check=True, stdout=subprocess.DEVNULL, cwd="/")

    def start(self):
        self.run("pg_ctl", "-D", self.data, "-w", "-l", self.data + "/log", "-o",
                 "-p %d -k %s -c min_wal_size=32MB -c max_wal_size=32MB" % (self.port, self.data), "start")

    def stop(self, how):
        self.run("pg_ctl", "-D", self.data, "-w", "-m", how, "stop")


class Service:
    def __init__(self, folder, cluster):
        command = os.environ.get("PLUMBLINE_COMMAND") or "java --add-modules jdk.incubator.vector -jar " + glob.glob(
            os.path.join(os.path.dirname(__file__), "../../../target/plumbline-*.jar"))[0]
        self.command = [*shlex.split(command), "--server.port=%d" % PORT,
                        "--plumbline.data=" + os.path.join(folder, "data"),
                        *(cluster.options if cluster else [])]
        self.log = open("/tmp/plumbline-crash-%d.log" % os.getpid(), "a")

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=self.log, stderr=self.log)
        self.await_health(180)

    def await_health(self, seconds):
        end = time.time() + seconds
        while True:
            answer = call("GET", "/actuator/health")
            if answer and answer[0] == 200:
                return
            if time.time() > end or self.process.poll() is not None:
                sys.exit("the service is not healthy; see " + self.log.name)
            time.sleep(0.2)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


class Load:
    """Everybody acts, again and again, until told to rest."""

    def __init__(self, tally):
        self.actors = [Session(tally) for _ in range(SESSIONS)] + [Monitor(tally) for _ in range(MONITORS)] + [Models(tally)]
        self.resting = threading.Event()

    def begin(self):
        self.resting.clear()
        self.threads = [threading.Thread(target=self.live, args=(actor,), daemon=True) for actor in self.actors]
        for thread in self.threads:
            thread.start()

    def live(self, actor):
        while not self.resting.is_set():
            if actor.act() is not None:
                time.sleep(0.05)

    def await_answers(self, seconds):
        """Until everything has been acknowledged since the start of the service."""
        kinds = {"steps acknowledged", "snapshots acknowledged", "models acknowledged"}
        counts, end = self.actors[0].tally.counts, time.time() + seconds
        before = dict(counts)
        while time.time() < end and any(counts.get(kind, 0) == before.get(kind, 0) for kind in kinds):
            time.sleep(0.05)

    def rest(self):
        self.resting.set()
        for thread in self.threads:
            thread.join()

    def judge(self):
        for actor in self.actors:
            actor.judge()


def kill(service, cluster, load, folder):
    load.begin()
    load.await_answers(60)  # as long as a cold service on a busy machine may take
    time.sleep(random.uniform(0, 3))
    service.kill()
    load.rest()
    service.start()


def restart(service, cluster, load, folder):
    """Of the database, at once or by its death, while the service goes on."""
    load.begin()
    time.sleep(random.uniform(1, 3))
    cluster.stop("immediate" if random.random() < 0.5 else "fast")
    time.sleep(random.uniform(0, 3))
    cluster.start()
    time.sleep(1)
    load.rest()
    service.await_health(180)


def full(service, cluster, load, folder):
    """The disk fills up while everybody writes, stays full for some seconds, and has room again."""
    ballast = os.path.join(folder, "ballast")
    load.begin()
    time.sleep(random.uniform(1, 2))
    with open(ballast, "wb", buffering=0) as file:
        end, down = time.time() + 6, 0
        while time.time() < end:
            try:
                while file.write(b"\0" * 65536):
                    pass
            except OSError:
                health = call("GET", "/actuator/health")
                down += health is not None and health[0] == 503
                time.sleep(0.1)
    load.actors[0].tally.add("times that health said DOWN while the disk was full", down)
    if cluster and subprocess.run(["pgrep", "-F", cluster.data + "/postmaster.pid"], stdout=subprocess.DEVNULL).returncode:
        cluster.start()  # PostgreSQL stops where it cannot write its log
    os.remove(ballast)
    if cluster and not os.path.exists(cluster.data + "/postmaster.pid"):
        cluster.start()
    time.sleep(2)
    load.rest()
    service.await_health(180)


def main(how, database, rounds="20"):
    if how == "full" and "PLUMBLINE_APART" not in os.environ:
        os.environ["PLUMBLINE_APART"] = "yes"
        os.execvp("unshare", ["unshare", "--mount", sys.executable, *sys.argv])
    folder = tempfile.mkdtemp(prefix="plumbline-crash-")
    os.chmod(folder, 0o755)
    if how == "full":
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%dm,mode=755" % (160 if database == "postgresql" else 40),
                        "plumbline", folder], check=True)
    tally = Tally()
    cluster = Cluster(folder) if database == "postgresql" else None
    service, load = Service(folder, cluster), Load(tally)
    service.start()
    try:
        for n in range(int(rounds)):
            {"kill": kill, "restart": restart, "full": full}[how](service, cluster, load, folder)
            load.judge()
            say("round %d: %s" % (n + 1, tally.counts))
    finally:
        service.kill()
        if cluster:
            cluster.stop("immediate")
    say("%s on %s, %s rounds: %s; refusals by status %s; %d faults"
        % (how, database, rounds, tally.counts, tally.statuses, len(tally.faults)))
    sys.exit(1 if tally.faults else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
