#!/usr/bin/env python3
"""Random and half-valid frames from many clients at a keeper that was built with sanitizers, beside one good client that
must be served all along: fuzz.py KEEPER SECONDS [SEED]. Ends with an error on any report of a sanitizer.

A frame that happens to be good is obeyed: locks are written, holes punched, programs run. So no field names a path outside
of the fuzzer's own directory, and root becomes nobody first."""
import contextlib, glob, os, random, shutil, signal, socket, struct, sys, tempfile, time
from smoke import Client, Keeper, boottime, clean_up, encode, is_gone, sh, wait_until

LIMIT, NOBODY = 8 << 20, 65534
FIELDS = {"HELLO": 3, "START": 15, "FENCE": 4, "PROBE": 3, "SIGNAL": 6, "ACK": 3, "LEASH": 5, "PUNCH": 5}


class Fuzz:
    def __init__(self, k, seed):
        self.random, self.k, self.sent, self.served = random.Random(seed), k, 0, 0
        self.mine, self.good, self.absent = k.dir + "/fuzz-", k.dir + "/good", k.dir + "/none/none"
        shutil.copy("/bin/true", self.good)

    def field(self):
        # No number is near a pid of this machine: a good SIGNAL must end nothing but a worker.
        r = self.random
        return r.choice([b"", b"-", b"0", b"1", b"9", b"22", b"-1", b"+1", b"4194304999", b"9223372036854775807", b"p", b"g",
                         b"9223372036854775808", b"18446744073709551616", b"0777", b"a\tb", b"%s%n%99999d", b"../x", b"L1",
                         b"live", b"w%d" % r.randrange(99), b"x" * 64, b"x" * 65, b"x" * 192, b"y" * 5000, self.k.dir.encode(),
                         self.absent.encode(), bytes(range(1, 256)), (self.mine + str(r.randrange(9))).encode(), b":,:,", b"1:2,-:-"])

    def half_valid(self, name):
        r, path = self.random, self.mine + str(self.random.randrange(9))
        id = f"w{r.randrange(10 ** 9)}"
        soon = boottime(r.randrange(-50, 3000))
        fields = list({
            "HELLO": (1, 1), "FENCE": ("t", path, r.randrange(99)), "PROBE": ("t", path), "ACK": ("t", f"w{r.randrange(99)}"),
            "SIGNAL": ("t", 4194304000 + r.randrange(9), 1, 0, "g"), "LEASH": ("t", f"L{r.randrange(99)}", soon, soon + 100),
            "PUNCH": ("t", path, r.randrange(99), r.randrange(99)),
            "START": (id, f"a{r.randrange(20)}", r.randrange(10 ** 9), path, path + ".log", self.k.dir, "22", r.randrange(40),
                      r.choice(["", "", "L1"]), r.choice(["", "-:-", "100:200,-:-"]), r.choice([self.good, self.absent, self.k.dir]), 1,
                      r.choice([self.good, self.absent, self.k.dir]), "A=B")}[name])
        fields = [str(f).encode() for f in fields]
        for _ in range(r.choice([0, 0, 1, 2])):
            fields[r.randrange(len(fields))] = self.field()
        if r.random() < 0.1:
            fields = fields[:r.randrange(len(fields))] if r.random() < 0.5 else fields + [self.field()] * r.randrange(1, 400)
        return encode(name, *fields)

    def bytes(self):
        r, kind = self.random, self.random.random()
        if kind < 0.08:
            return r.randbytes(r.randrange(1, 300))
        if kind < 0.16:
            return struct.pack("<I", r.choice([0, 1, 3, 65536, LIMIT - 1, LIMIT, LIMIT + 1, 2 ** 31, 2 ** 32 - 1])) + r.randbytes(50)
        if kind < 0.18:
            return encode("START", *[b"z" * r.randrange(70000) for _ in range(r.randrange(20))])
        if kind < 0.3:
            data = encode(r.choice([*FIELDS, "NOPE", ""]), *[self.field() for _ in range(r.randrange(16))])
        else:
            data = self.half_valid(r.choice([*FIELDS, "START"]))
        if r.random() < 0.05:  # no NUL at the end
            return struct.pack("<I", len(data) - 5) + data[4:-1]
        return data[:r.randrange(len(data))] if r.random() < 0.03 else data

    def one_client(self, clients):
        r = self.random
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(5)
        client.connect(self.k.dir + "/sock")
        data = encode("HELLO", "t", 1) if r.random() < 0.9 else b""
        for _ in range(r.randrange(1, 20)):
            self.sent += 1
            data += self.bytes()
        while data:
            part = r.choice([1, 3, 4, 5, 100, len(data), len(data)])
            client.sendall(data[:part])
            data = data[part:] if len(data) < 5000 or part > 5 else b""
        if r.random() < 0.5:
            clients.append(client)  # stays, mostly unread
        elif r.random() < 0.5:
            client.settimeout(0.01)  # half a frame has no answer
            client.recv(4096)

    def good_client(self):
        self.served += 1
        assert self.k.client.ask("PROBE", "good", self.k.lock("live")) == ["PROBED", "good", "busy"]
        if self.served % 20 == 0:
            id = f"good{self.served}"
            assert self.k.start(id, *sh("exit 3"))[:2] == ["RUN", id]
            assert self.k.client.end_of(id) == "768"
            self.k.acknowledge(id)
            self.k.client.events.clear()

    def run(self, seconds):
        deadline, clients = time.monotonic() + seconds, []
        while time.monotonic() < deadline:
            with contextlib.suppress(ConnectionError, TimeoutError):
                self.one_client(clients)
            if len(clients) > 150:
                self.random.shuffle(clients)
                clients[:100] = []
            self.good_client()
        for client in clients:
            client.close()


def reports(log):
    for path in glob.glob(log + "*"):
        with open(path) as report:
            yield report.read()


def main(keeper, seconds, seed):
    print("seed", seed, flush=True)
    logs = tempfile.mkdtemp(prefix="keeper-")
    keeper = shutil.copy(keeper, logs + "/binary")
    if os.getuid() == 0:
        os.chown(logs, NOBODY, NOBODY)
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    log = logs + "/report"
    for name in "ASAN_OPTIONS", "UBSAN_OPTIONS":  # standard error of a keeper is /dev/null
        os.environ[name] = f"log_path={log}:halt_on_error=1:print_stacktrace=1:detect_leaks=0:" + os.environ.get(name, "")
    k = Keeper([keeper])
    fuzz = Fuzz(k, seed)
    try:
        run = k.start("live", "/bin/sleep", "600")
        assert run[0] == "RUN", run
        fuzz.run(seconds)
        assert k.signal(run, signal.SIGTERM) == "SENT" and k.client.end_of("live") == "15"
        k.client.socket.close()
        wait_until(lambda: is_gone(k.pid), "the keeper leaves")
    finally:
        found = list(reports(log))
        print(*found, f"{fuzz.sent} frames, {fuzz.served} times served beside them, {len(found)} reports", sep="\n", flush=True)
        clean_up(k)
        shutil.rmtree(logs)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else random.SystemRandom().randrange(10 ** 6)))
