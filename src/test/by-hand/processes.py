"""Processes of the service that a script starts, kills, freezes and asks; shared by the scripts beside it.

PLUMBLINE_COMMAND is how the service is started, without options; `java ... -jar target/plumbline-*.jar` where it is not set.
"""
import glob, http.client, json, os, shlex, signal, subprocess, sys, time

HERE = os.path.dirname(os.path.abspath(__file__))
started = []
signal.signal(signal.SIGTERM, lambda *of: sys.exit(1))


def call(port, method, path, body=None, timeout=900, **headers):
    """Status, headers and body of an answer; None where there is none."""
    connection = http.client.HTTPConnection("localhost", port, timeout=timeout)
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


class Service:
    """One process; `core` is the only one it may use."""

    def __init__(self, port, folder, *options, core=None):
        command = os.environ.get("PLUMBLINE_COMMAND") or "java --add-modules jdk.incubator.vector -jar " + glob.glob(
            os.path.join(HERE, "../../../target/plumbline-*.jar"))[0]
        self.port, self.log = port, os.path.join(folder, "log-%d" % port)
        self.command = [*(["taskset", "-c", str(core)] if core is not None else []), *shlex.split(command),
                        "--server.port=%d" % port, "--plumbline.data=" + os.path.join(folder, "data-%d" % port), *options]
        self.start()

    def start(self, probe="readiness"):
        """Seconds until it was ready, or lived."""
        began = time.time()
        with open(self.log, "a") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)
        started.append(self.process)
        while time.time() < began + 600:
            answer = call(self.port, "GET", "/actuator/health/" + probe, timeout=5)
            if answer and answer[0] == 200:
                return time.time() - began
            if self.process.poll() is not None:
                break
            time.sleep(0.2)
        sys.exit("the service is not ready: see " + self.log)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def call(self, method, path, body=None, **headers):
        return call(self.port, method, path, body, **headers)

    def submit(self, path, body):
        """The address of a job that is acknowledged."""
        answer = self.call("POST", path, body, Prefer="respond-async")
        if not answer or answer[0] != 202:
            sys.exit("not taken in: %s" % (answer,))
        return answer[1]["Location"]

    def job(self, place):
        while True:
            answer = self.call("GET", place)
            if answer and answer[0] == 200:
                return answer[2]
            time.sleep(0.1)

    def until(self, place, condition, pause=0.05):
        """The job, once it is so; None where it has ended before. Its progress may not fall."""
        before = 0
        while True:
            job = self.job(place)
            fraction = job["progress"]["fraction"]
            if fraction < before:
                sys.exit("progress fell from %s to %s" % (before, fraction))
            before = fraction
            if condition(job):
                return job
            if over(job):
                return None
            time.sleep(pause)

    def end(self, place):
        return self.until(place, over)

    def kept(self, path):
        """The ids of all reports of a kind."""
        ids, after = [], ""
        while True:
            page = self.call("GET", path + "?limit=200" + after)[2]
            ids += [item["id"] for item in page["items"]]
            if page.get("next") is None:
                return ids
            after = "&after=" + page["next"]


def over(job):
    return job["state"] not in ("queued", "running")


def runs_on(job, service):
    return job["state"] == "running" and (job.get("node") or "").endswith(":%d" % service.process.pid)


def plain(report):
    """Without its id and its times."""
    report = {k: v for k, v in report.items() if k not in ("id", "seconds")}
    if isinstance(report.get("cost"), dict):
        report["cost"] = {k: v for k, v in report["cost"].items() if k != "milliseconds"}
    return report


def end_all():
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.send_signal(signal.SIGKILL)
            process.wait()
