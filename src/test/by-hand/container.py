#!/usr/bin/env python3
"""Makes the Dockerfile's file system by hand and runs it: for machines without a container daemon.

    mvn -B package -DskipTests && sudo src/test/by-hand/container.py target/plumbline-*.jar [folder]

The root is Debian's, by mmdebstrap, or else unpacked from packages that apt-get downloads here, with Debian's JRE of the
version that the Dockerfile names. Everything else is read
from the Dockerfile and done as it says: the stage `build` but for Maven, whose jar is given; then RUN, COPY, USER, WORKDIR,
ENV, VOLUME. It is started as docker-compose.yml would: a read-only root, a folder mounted at VOLUME and one at /tmp, no
capabilities, no new privileges, and processes and a loopback of its own. Then: the health check, one gradient check, one
large optimizer step, a stop, and a start on the same folder. Exits with 0 where all of it is right.
"""
import array, glob, json, os, re, shlex, shutil, subprocess, sys, time, urllib.request

DOCKERFILE = os.path.join(os.path.dirname(__file__), "../../../Dockerfile")
PARAMETERS = 10_000_000


def run(*command, **options):
    return subprocess.run(command, check=True, **options)


def stages():
    """Each stage of the Dockerfile: its name and its instructions, [word, the rest]."""
    text = re.sub(r"(?m)^\s*#.*\n", "", open(DOCKERFILE).read()).replace("\\\n", " ")
    found = []
    for line in filter(None, map(str.strip, text.split("\n"))):
        word, rest = line.split(None, 1)
        if word == "FROM":
            found.append((rest, []))
        found[-1][1].append((word, rest))
    return found


def debian(root, java):
    """Made before anything is set apart, for names and packages are found by the network."""
    runtime = "openjdk-" + java + "-jre-headless"
    if os.path.exists(root + "/usr/bin/java"):
        return
    if shutil.which("mmdebstrap"):
        run("mmdebstrap", "--variant=minbase", "--include=ca-certificates," + runtime, "bookworm", root)
    else:
        unpacked(root, [runtime, "base-files", "base-passwd", "bash", "coreutils", "dash", "grep", "login", "passwd", "util-linux"])


def unpacked(root, packages):
    """These and what they need, of this machine's own Debian; no script of a package is run."""
    needed = run("apt-cache", "depends", "--recurse", *("--no-" + each for each in (
        "recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")), *packages,
        capture_output=True, text=True).stdout
    names = sorted({line for line in needed.split("\n") if line and line[0] not in " <|"})
    names = [name for name in names if not re.match("fonts-|xfonts-|ttf-|x11-|cdebconf", name)]
    there = os.path.join(os.path.dirname(root), "packages")
    os.makedirs(there, exist_ok=True)
    run("apt-get", "download", "-qq", *names, cwd=there)
    os.makedirs(root, exist_ok=True)
    for package in sorted(glob.glob(there + "/*.deb")):
        run("dpkg", "-x", package, root)
    for table in "passwd", "group":  # what the scripts would have done
        shutil.copy("%s/usr/share/base-passwd/%s.master" % (root, table), "%s/etc/%s" % (root, table))
    java = glob.glob(root + "/usr/lib/jvm/java-*/bin/java")[0]
    os.symlink(java[len(root):], root + "/usr/bin/java")


class Container:
    """A root folder and what the Dockerfile says about it."""

    def __init__(self, folder, jar):
        self.root, self.build = os.path.join(folder, "root"), os.path.join(folder, "build")
        self.mounts = {"/tmp": os.path.join(folder, "tmp")}
        self.user, self.place, self.environment = "root", "/", {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"}
        (_, first), (_, last) = stages()
        self.built(first, jar)
        run("mount", "-t", "proc", "proc", self.root + "/proc")  # java finds its libraries by it
        for word, rest in last[1:]:
            getattr(self, "do_" + word.lower(), lambda rest: None)(rest)
        for place, at in self.mounts.items():
            os.makedirs(at, exist_ok=True)
            shutil.chown(at, *self.owner(place))
            os.chmod(at, os.stat(self.root + place).st_mode & 0o7777)

    def built(self, instructions, jar):
        shutil.rmtree(self.build, ignore_errors=True)
        os.makedirs(self.build)
        shutil.copy(jar, os.path.join(self.build, "plumbline.jar"))
        for word, rest in instructions:
            if word == "RUN" and "mvn" not in rest:
                run("sh", "-ec", rest, cwd=self.build)

    def inside(self, command, user="root"):
        variables = ["%s=%s" % pair for pair in self.environment.items()]
        rights = [] if user == "root" else ["setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups",
                                            "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
        return ["chroot", self.root, "env", "-i", "--chdir=" + self.place, *variables, *rights, *command]

    # Instructions, by their names.

    def do_run(self, rest):
        if not (rest.startswith("useradd") and self.knows("plumbline")):  # on a root that is there from before
            run(*self.inside(["sh", "-ec", rest]))

    def knows(self, user):
        return user + ":" in open(self.root + "/etc/passwd").read()

    def owner(self, place):
        status = os.stat(self.root + place)
        return status.st_uid, status.st_gid

    def do_copy(self, rest):
        source, target = re.fullmatch(r"--from=build /plumbline/(\S+) (\S+)", rest).groups()
        source, target = os.path.join(self.build, source), self.root + target
        if os.path.isdir(source):
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy(source, target)

    def do_user(self, rest):
        self.user = rest

    def do_workdir(self, rest):
        self.place = rest

    def do_env(self, rest):
        self.environment.update(word.split("=", 1) for word in shlex.split(rest))

    def do_volume(self, rest):
        self.mounts[rest] = os.path.join(os.path.dirname(self.root), "data")

    def do_entrypoint(self, rest):
        self.entry = json.loads(rest)

    def do_healthcheck(self, rest):
        self.health = json.loads(rest.split("CMD", 1)[1])

    # What a daemon would do.

    def mount(self):
        """In this process's own mounts: nothing of it is seen outside, or left behind."""
        run("mount", "--bind", self.root, self.root)
        run("mount", "-t", "proc", "proc", self.root + "/proc")
        for device in "null", "zero", "random", "urandom":
            open(self.root + "/dev/" + device, "a").close()
            run("mount", "--bind", "/dev/" + device, self.root + "/dev/" + device)
        for place, at in self.mounts.items():
            run("mount", "--bind", at, self.root + place)
        run("mount", "-o", "remount,ro,bind", self.root)
        run("ip", "link", "set", "lo", "up")

    def start(self):
        started = time.time()
        service = subprocess.Popen(self.inside(self.entry, self.user), stdout=self.log, stderr=self.log)
        while subprocess.run(self.inside(self.health, self.user), stderr=subprocess.DEVNULL).returncode:
            if service.poll() is not None or time.time() > started + 180:
                sys.exit("the service is not healthy; see " + self.log.name)
            time.sleep(0.2)
        say("healthy, by the Dockerfile's check", "%.1f s" % (time.time() - started))
        return service


def say(what, figure):
    print("%-52s %s" % (what, figure), flush=True)


def require(is_so, what, figure):
    say(what, figure)
    if not is_so:
        sys.exit("WRONG: " + what)


def ask(path, body=None, kind="application/json", **headers):
    request = urllib.request.Request("http://localhost:8080" + path, body, {"Content-Type": kind, **headers})
    with urllib.request.urlopen(request, timeout=300) as answer:
        return answer.headers, answer.read()


def safetensors(name, numbers):
    data = numbers.tobytes()
    header = json.dumps({name: {"dtype": "F32", "shape": [len(numbers)], "data_offsets": [0, len(data)]}}).encode()
    return len(header).to_bytes(8, "little") + header + data


def part(name, kind, content):
    return (b'--edge\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\nContent-Type: %s\r\n\r\n%s\r\n'
            % (name, name, kind, content))


def gradient_check():
    question = {"model": {"formula": "mean((x @ w - y)^2)"}, "parameters": {"w": [[1], [2]]},
                "data": {"x": [[1, 2], [3, 4]], "y": [[1], [2]]}}
    for gradient, verdict in ([[31], [44]], "PASS"), ([[31], [45]], "FAIL"):
        began = time.time()
        report = json.loads(ask("/v1/gradient-checks", json.dumps({**question, "gradients": {"w": gradient}}).encode())[1])
        require(report["verdict"] == verdict, "a gradient check says " + verdict, "%.2f s" % (time.time() - began))


def optimizer_step():
    """SGD at rate 0.5 from 1 by gradients 0, 1, 2, 3, 0, ... : 1, 0.5, 0, -0.5, exactly."""
    wish = {"optimizer": {"kind": "sgd", "learningRate": 0.5}}
    body = (part(b"request", b"application/json", json.dumps(wish).encode())
            + part(b"parameters", b"application/octet-stream", safetensors("w", array.array("f", [1]) * PARAMETERS))
            + part(b"gradients", b"application/octet-stream",
                   safetensors("w", array.array("f", [0, 1, 2, 3]) * (PARAMETERS // 4)))
            + b"--edge--\r\n")
    began = time.time()
    _, answer = ask("/v1/optimizer-steps", body, "multipart/form-data; boundary=edge", Accept="application/vnd.safetensors")
    took = time.time() - began
    right = (array.array("f", [1, 0.5, 0, -0.5]) * (PARAMETERS // 4)).tobytes()
    require(answer.find(right) > 0, "an optimizer step of %d parameters" % PARAMETERS, "%.2f s" % took)


def session():
    wish = {"optimizer": {"kind": "sgd", "learningRate": 0.5}, "parameters": {"w": [1]}}
    headers, answer = ask("/v1/optimizer-sessions", json.dumps(wish).encode())
    return json.loads(answer)["id"]


def main(jar, folder="/var/tmp/plumbline-container"):
    if "PLUMBLINE_APART" not in os.environ:
        debian(os.path.join(folder, "root"), re.search(r":(\d+)-jre", stages()[-1][0]).group(1))
        os.environ["PLUMBLINE_APART"] = "yes"
        os.execvp("unshare", ["unshare", "--mount", "--net", "--ipc", "--uts", "--pid", "--fork", "--kill-child",
                              sys.executable, *sys.argv])
    os.makedirs(folder, exist_ok=True)
    container = Container(folder, glob.glob(jar)[0])
    container.log = open(os.path.join(folder, "log"), "w")
    container.mount()
    say("the runtime", subprocess.run(container.inside(["java", "-version"]), capture_output=True).stderr.split(b"\n")[0].decode())
    service = container.start()
    seen = subprocess.run(container.inside(["cat", "/proc/%d/status" % service.pid]), capture_output=True, text=True).stdout
    figures = dict(re.findall(r"(?m)^(Uid|CapEff|CapBnd|NoNewPrivs):\s+(\S+)", seen))
    require(figures["Uid"] == "10001" and int(figures["CapEff"], 16) == 0 and int(figures["CapBnd"], 16) == 0
            and figures["NoNewPrivs"] == "1", "its user has no rights", figures)
    written = subprocess.run(container.inside(["touch", "/home/plumbline/x"], container.user), capture_output=True, text=True)
    require("Read-only" in written.stderr, "its root is read-only", written.stderr.strip())
    gradient_check()
    optimizer_step()
    kept = session()
    service.terminate()
    began = time.time()
    require(service.wait(35) in (0, 143), "stopped by SIGTERM", "%.1f s" % (time.time() - began))
    service = container.start()
    require(json.loads(ask("/v1/optimizer-sessions/" + kept)[1])["step"] == 0, "its session is still there", kept)
    service.terminate()
    service.wait(35)


if __name__ == "__main__":
    main(*sys.argv[1:])
