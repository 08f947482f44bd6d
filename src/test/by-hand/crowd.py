#!/usr/bin/env python3
"""Everything that is slow, idle or large at once, and whether health still answers within a second.

    mvn -B package -DskipTests && src/test/by-hand/crowd.py [seconds]

200 bodies of a byte every four seconds, 200 connections that say nothing, 200 streams of a monitor's events, 16 uploads of
60 MB, each again two seconds after its end, and 50 checks that are hung up on after half a second, each again a second
later; on a heap of 512 MB. Meanwhile health is asked ten times a second, on a connection of its own each time. PLUMBLINE_COMMAND is how the service is started, without options. Exits with 0
where 99 of 100 answers of health came within a second, nothing was answered by a 5xx but "come back later", and the service
checks a gradient rightly afterwards.
"""
import glob, http.client, json, multiprocessing, os, shlex, socket, subprocess, sys, tempfile, threading, time

PORT = int(os.environ.get("PLUMBLINE_PORT", "18923"))
SLOW, IDLE, STREAMS, UPLOADS, CANCELLED = 200, 200, 200, 16, 50
UPLOAD = 60 << 20
WITHIN = 1.0
CHECK = {"model": {"formula": "mean((x * w - y)^2)"}, "parameters": {"w": 2}, "gradients": {"w": -3},
         "data": {"x": [1, 2], "y": [3, 5]}}
# Seconds of work: a deep network of which every entry is asked.
LONG = json.dumps({"model": {"layers": [{"type": "dense", "units": 60, "activation": "tanh"}] * 6 + [{"type": "dense", "units": 1}],
                  "input": [60], "seed": 1},
        "loss": {"kind": "mse", "target": "y"}, "settings": {"coverage": "exhaustive"},
        "data": {"x": [[0.1] * 60] * 8, "y": [[0.5]] * 8}})


def start(folder):
    command = os.environ.get("PLUMBLINE_COMMAND") or "java -Xmx512m --add-modules jdk.incubator.vector -jar " + glob.glob(
        os.path.join(os.path.dirname(__file__), "../../../target/plumbline-*.jar"))[0]
    log = open(os.path.join(folder, "log"), "w")
    return subprocess.Popen([*shlex.split(command), "--server.port=%d" % PORT, "--plumbline.data=" + folder,
                             "--plumbline.key-limits.streams=%d" % STREAMS], stdout=log, stderr=log)


def call(method, path, body=None, timeout=60, **headers):
    connection = http.client.HTTPConnection("localhost", PORT, timeout=timeout)
    try:
        connection.request(method, path, None if body is None else json.dumps(body),
                           {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException) as failure:
        return None, str(failure)
    finally:
        connection.close()


class Crowd:
    def __init__(self):
        self.over, self.lock, self.statuses = threading.Event(), threading.Lock(), {}
        self.threads = []

    def count(self, what, status):
        with self.lock:
            self.statuses[what, status] = self.statuses.get((what, status), 0) + 1

    def add(self, behaviour, times=1):
        for _ in range(times):
            self.threads.append(threading.Thread(target=self.again, args=(behaviour,), daemon=True))

    def again(self, behaviour):
        while not self.over.is_set():
            try:
                behaviour()
            except OSError:
                time.sleep(0.1)  # hung up on

    def open(self, text):
        line = socket.create_connection(("localhost", PORT), 60)
        line.sendall(text.encode())
        return line

    def status(self, what, line):
        first = line.recv(4096)
        if first:
            self.count(what, int(first.split(b" ")[1]))

    def slow(self):
        with self.open("POST /v1/gradient-checks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                       "Content-Length: 1000\r\n\r\n") as line:
            line.settimeout(4)
            for _ in range(250):
                if self.over.is_set():
                    return
                line.sendall(b" ")
                try:
                    return self.status("slow body", line)
                except socket.timeout:
                    pass

    def idle(self):
        with self.open("") as line:
            line.settimeout(1)
            while not self.over.is_set():
                try:
                    if not line.recv(1):
                        return
                except socket.timeout:
                    pass

    def stream(self):
        with self.open("GET %s HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n" % self.monitor) as line:
            self.status("stream", line)
            line.settimeout(1)
            while not self.over.is_set():
                try:
                    if not line.recv(4096):
                        return
                except socket.timeout:
                    pass

    def upload(self):
        head = b'--edge\r\nContent-Disposition: form-data; name="request"\r\n\r\n'
        with self.open("POST /v1/gradient-checks HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                       "Content-Type: multipart/form-data; boundary=edge\r\nContent-Length: %d\r\n\r\n" % UPLOAD) as line:
            line.sendall(head + b" " * (UPLOAD - len(head) - 12) + b"\r\n--edge--\r\n")
            self.status("upload", line)
        self.over.wait(2)

    def cancelled(self):
        with self.open("POST /v1/gradient-checks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                       "Content-Length: %d\r\n\r\n%s" % (len(LONG), LONG)) as line:
            self.over.wait(0.5)
        self.count("check", "hung up on")
        self.over.wait(1)


def ask_for_health(end, answers):
    """In a process of its own, which threads of the crowd do not delay."""
    times, statuses = [], {}
    while time.time() < end:
        began = time.time()
        status = call("GET", "/actuator/health")[0]
        times.append(time.time() - began)
        statuses[status] = statuses.get(status, 0) + 1
        time.sleep(0.1)
    answers.put((times, statuses))


def main(seconds="60"):
    folder = tempfile.mkdtemp(prefix="plumbline-crowd-")
    service, crowd = start(folder), Crowd()
    try:
        end = time.time() + 180
        while call("GET", "/actuator/health")[0] != 200:
            if time.time() > end or service.poll() is not None:
                sys.exit("the service is not healthy; see " + folder)
            time.sleep(0.5)
        call("POST", "/v1/gradient-checks", CHECK)
        crowd.monitor = "/v1/monitors/" + json.loads(call("POST", "/v1/monitors", {})[1])["id"]
        for behaviour, times_ in ((crowd.slow, SLOW), (crowd.idle, IDLE), (crowd.stream, STREAMS),
                                  (crowd.upload, UPLOADS), (crowd.cancelled, CANCELLED)):
            crowd.add(behaviour, times_)
        answers = multiprocessing.Queue()
        health = multiprocessing.Process(target=ask_for_health, args=(time.time() + float(seconds), answers))
        health.start()
        for thread in crowd.threads:
            thread.start()
        times, statuses = answers.get()
        crowd.statuses.update({("health", status): n for status, n in statuses.items()})
        health.join()
        crowd.over.set()
        for thread in crowd.threads:
            thread.join(60)
        status, report = call("POST", "/v1/gradient-checks", CHECK)
        right = status == 200 and json.loads(report)["verdict"] == "PASS"
        resident = open("/proc/%d/status" % service.pid).read().split("VmRSS:")[1].split("\n")[0].strip()
    finally:
        service.kill()
    times.sort()
    p99 = times[int(0.99 * len(times))]
    for (what, status), n in sorted(crowd.statuses.items(), key=str):
        print("%-12s %-12s %d" % (what, status, n))
    print("health: %d answers, median %.3f s, 99 %% within %.3f s, slowest %.3f s; resident %s; afterwards %s"
          % (len(times), times[len(times) // 2], p99, times[-1], resident, "right" if right else "WRONG: %s" % status))
    broken = any(isinstance(status, int) and status >= 500 and status not in (503, 507) for _, status in crowd.statuses)
    sys.exit(0 if right and p99 <= WITHIN and not broken else 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
