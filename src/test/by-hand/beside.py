#!/usr/bin/env python3
"""200 small checks at once, alone and beside one big one: how long they take.

    mvn -B package -DskipTests && src/test/by-hand/beside.py [callers] [checks of each]

One process on H2, with room for all who wait (plumbline.limits.queue; 64 by default, more are told to come back). 200 callers, each on a connection of its own, send one small check after another; then the same while an
exhaustive check of minutes is under way as a job. PLUMBLINE_COMMAND is how the service is started, without options. Exits with 0
where 99 of 100 answers beside the big one came within three times the median without it, each was 200 and right, and the big one
was under way all the time.
"""
import http.client, json, os, sys, tempfile, threading, time

from processes import Service, end_all, over

PORT = int(os.environ.get("PLUMBLINE_PORT", "18914"))
CALLERS = int(sys.argv[1]) if len(sys.argv) > 1 else 200
EACH = int(sys.argv[2]) if len(sys.argv) > 2 else 20
TIMES = 3
SMALL = json.dumps({"model": {"formula": "mean((x * w - y)^2)"}, "parameters": {"w": 2}, "gradients": {"w": -3},
                    "data": {"x": [1, 2], "y": [3, 5]}})
BIG = {"model": {"formula": "sum(tanh(w)^2) * logSumExp(w)"},
       "parameters": {"w": [0.01 * (i * 7 % 13) for i in range(int(os.environ.get("ENTRIES", "250000")))]},
       "settings": {"coverage": "exhaustive"}}


def caller(times, wrong):
    connection = http.client.HTTPConnection("localhost", PORT, timeout=600)
    for _ in range(EACH):
        began = time.time()
        connection.request("POST", "/v1/gradient-checks", SMALL, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        body = answer.read()
        times.append(time.time() - began)
        if answer.status != 200 or b'"PASS"' not in body:
            wrong.append((answer.status, body[:200]))
    connection.close()


def crowd(callers):
    times, wrong = [], []
    threads = [threading.Thread(target=caller, args=(times, wrong)) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(times), wrong


def main():
    service = Service(PORT, tempfile.mkdtemp(prefix="beside-"), "--plumbline.limits.request-seconds=3000",
                      "--plumbline.limits.queue=%d" % CALLERS, "--plumbline.limits.queue-seconds=300")
    crowd(CALLERS)
    crowd(CALLERS)
    alone, wrong = crowd(CALLERS)
    one, _ = crowd(1)
    place = service.submit("/v1/gradient-checks", BIG)
    service.until(place, lambda job: job["state"] == "running" and job["progress"]["phase"] == "exhaustive")
    beside, wrong_beside = crowd(CALLERS)
    one_beside, _ = crowd(1)
    under_way = not over(service.job(place))
    service.call("DELETE", place)

    def at(times, part):
        return 1e3 * times[min(len(times) - 1, int(part * len(times)))]

    for what, times in (("one caller", one), ("one caller beside the big check", one_beside),
                        ("%d callers" % CALLERS, alone), ("%d callers beside the big check" % CALLERS, beside)):
        print("%s: median %.0f ms, 99 %% within %.0f ms, slowest %.0f ms" % (what, at(times, 0.5), at(times, 0.99), at(times, 1)))
    ratio = at(beside, 0.99) / at(alone, 0.5)
    print("99 %% beside it against the median alone: %.1f; wrong answers: %s; the big check was under way: %s" % (
        ratio, (wrong + wrong_beside)[:3], under_way))
    return 0 if ratio <= TIMES and not wrong and not wrong_beside and under_way else 1


try:
    sys.exit(main())
finally:
    end_all()
