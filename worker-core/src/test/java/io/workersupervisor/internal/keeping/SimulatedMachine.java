package io.workersupervisor.internal.keeping;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.StopReason;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.launch.AccountLocks;
import io.workersupervisor.internal.launch.LaunchRecords;
import io.workersupervisor.internal.launch.Launcher;
import io.workersupervisor.internal.launch.shell.ShellScript;
import io.workersupervisor.internal.liveness.LocalEvidence;
import io.workersupervisor.internal.machine.EnvironmentSearch;
import io.workersupervisor.internal.machine.FakeProc;
import io.workersupervisor.internal.machine.Kernel;
import io.workersupervisor.internal.machine.ProcFs;
import io.workersupervisor.internal.machine.ProcessIdentity;
import io.workersupervisor.internal.machine.ProcessProbe;
import io.workersupervisor.spi.WorkerRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A machine whose processes are entries of a {@code /proc} made of files. Launches, signals, locks and records are as a keeper
 * would do them; process numbers are few, and come again soon.
 */
final class SimulatedMachine {
    private static final long FIRST_PID = 2_000;
    private static final long PIDS = 4_000;

    /** Hears of all that the machine does, before it is done. */
    interface Watch {
        Life born(AccountId account, String workerId, String version);

        /** {@code worker} is empty where a process that is no worker has the number. */
        void signalled(Optional<Worker> worker, String signal);

        void gone(Worker worker);
    }

    /** The end that a worker comes to by itself, after a time. */
    record Life(Duration length, StopReason reason, Optional<Duration> retryAfter) {}

    /** A living worker. */
    static final class Worker {
        final AccountId account;
        final String workerId;
        final String version;
        final ProcessIdentity identity;
        final CompletableFuture<Object> over = new CompletableFuture<>();
        final long bornAt;
        boolean obeysTerm = true;
        boolean termed;

        Worker(AccountId account, String workerId, String version, ProcessIdentity identity, long bornAt) {
            this.account = account;
            this.workerId = workerId;
            this.version = version;
            this.identity = identity;
            this.bornAt = bornAt;
        }
    }

    final DataDirectory data;
    final SimulatedTime time;
    final Map<AccountId, Worker> living = new TreeMap<>();
    private final Random random;
    private final Watch watch;
    private final Path root;
    private final ProcFs proc;
    private final ShellScript script;
    private final Map<Long, Optional<Worker>> processes = new HashMap<>();
    private final Map<Long, Long> ticks = new HashMap<>();
    private final Map<String, LaunchRecords.Birth> births = new TreeMap<>();
    private final Map<String, LaunchRecords.Exit> exits = new HashMap<>();
    private long lastPid = FIRST_PID;
    private int boots;
    private Kernel kernel = new Kernel("machine", "boot-0", "pid:[1]", "time:[1]");

    SimulatedMachine(Path directory, ShellScript script, SimulatedTime time, Random random, Watch watch) {
        this.data = DataDirectory.open(directory.resolve("data"));
        this.root = directory.resolve("proc");
        FakeProc files = FakeProc.complete(root);
        files.process(ProcessHandle.current().pid()).ticks(1);
        this.proc = files.view();
        this.script = script;
        this.time = time;
        this.random = random;
        this.watch = watch;
    }

    LocalEvidence evidence(Runnable guard) {
        return new LocalEvidence(
                data,
                kernel,
                proc,
                script,
                new AccountLocks(data, this::lock, proc),
                new Records(guard),
                new ProcessProbe(proc, kernel, pid -> true),
                new EnvironmentSearch(proc, time.clocks(left -> time.passWorld(left))));
    }

    Kernel kernel() {
        return kernel;
    }

    /** Power is lost: nothing is recorded, and another boot begins. */
    void reboot() {
        List.copyOf(living.values()).forEach(worker -> {
            living.remove(worker.account);
            watch.gone(worker);
        });
        List.copyOf(processes.keySet()).forEach(this::vanish);
        kernel = new Kernel("machine", "boot-" + ++boots, "pid:[1]", "time:[1]");
    }

    /** A keeper knows of the end of its child. */
    boolean isLiving(WorkerRow row) {
        return Optional.ofNullable(living.get(row.account()))
                .filter(worker -> worker.workerId.equals(row.workerId()))
                .isPresent();
    }

    private AccountLocks.State lock(Path file) {
        String name = String.valueOf(file.getFileName());
        return Layout.accountOf(name.substring(0, name.lastIndexOf('.')))
                        .filter(living::containsKey)
                        .isPresent()
                ? AccountLocks.State.BUSY
                : AccountLocks.State.FREE;
    }

    private void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of a worker, or of a stranger. */
    private ProcessIdentity appear(Optional<String> environment) {
        do {
            lastPid = FIRST_PID + (lastPid - FIRST_PID + 1) % PIDS;
        } while (processes.containsKey(lastPid));
        return appearAs(lastPid, environment);
    }

    private ProcessIdentity appearAs(long pid, Optional<String> environment) {
        long tick = time.nanos() / 10_000_000 + 10;
        try {
            Path directory = Files.createDirectories(root.resolve(Long.toString(pid)));
            write(directory.resolve("stat"), FakeProc.line(pid, "worker", 'S', pid, 1, tick, "5000000", 0));
            write(directory.resolve("environ"), environment.orElse("HOME=/\0"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        processes.put(pid, Optional.empty());
        ticks.put(pid, tick);
        return kernel.identity(pid, tick);
    }

    private void vanish(long pid) {
        processes.remove(pid);
        ticks.remove(pid);
        Path directory = root.resolve(Long.toString(pid));
        try {
            Files.delete(directory.resolve("stat"));
            Files.delete(directory.resolve("environ"));
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Worker run(AccountId account, String workerId, long epoch, String version) {
        ProcessIdentity identity = appear(Optional.of("WORKER_ACCOUNT=" + account + "\0WORKER_ID=" + workerId
                + "\0WORKER_EPOCH=" + epoch + "\0WORKER_DATA=" + data.path() + "\0"));
        Worker worker = new Worker(account, workerId, version, identity, time.nanos());
        worker.obeysTerm = random.nextInt(10) > 0;
        Life life = watch.born(account, workerId, version);
        living.put(account, worker);
        processes.put(identity.pid(), Optional.of(worker));
        births.put(
                workerId, new LaunchRecords.Birth(workerId, Layout.fileName(account), epoch, identity, FIRST_PID - 1));
        time.world(life.length(), () -> die(worker, life));
        return worker;
    }

    private void die(Worker worker, Life life) {
        if (living.get(worker.account) != worker) {
            return;
        }
        ExitStatus exit = switch (life.reason()) {
            case COMPLETED -> new ExitStatus.Exited(0);
            case UNKNOWN -> new ExitStatus.Exited(1);
            case KILLED_BY_SIGNAL -> new ExitStatus.Signalled(9, false);
            default -> {
                write(
                        Layout.reasonFile(data, worker.workerId),
                        "{\"reason\":\"" + life.reason() + "\""
                                + life.retryAfter()
                                        .map(wait -> ",\"retryAfterSeconds\":" + wait.toSeconds())
                                        .orElse("")
                                + "}");
                yield new ExitStatus.Exited(1);
            }
        };
        end(worker, exit);
    }

    /** The service lets go of a worker. */
    void disconnect(Worker worker) {
        die(worker, new Life(Duration.ZERO, StopReason.DISCONNECTED, Optional.empty()));
    }

    private void end(Worker worker, ExitStatus exit) {
        if (living.get(worker.account) != worker) {
            return;
        }
        exits.put(
                worker.workerId,
                new LaunchRecords.Exit(exit, time.now(), List.of(), Optional.empty(), Optional.of(false), 0, true));
        living.remove(worker.account);
        vanish(worker.identity.pid());
        if (random.nextInt(5) == 0) {
            // Its number is somebody else's at once.
            time.passTick();
            long pid = worker.identity.pid();
            appearAs(pid, Optional.empty());
            int boot = boots;
            time.world(Duration.ofMinutes(1 + random.nextInt(10)), () -> {
                if (boot == boots) {
                    vanish(pid);
                }
            });
        }
        watch.gone(worker);
        worker.over.complete("over");
    }

    private long admitted(AccountId account) {
        return new AccountLocks(data, this::lock, proc).admitted(account);
    }

    private void admit(AccountId account, long number) {
        write(Layout.lockFile(data, account), AccountLocks.digits(number));
    }

    /** The launch path of one host; the guard throws where that host is dead. */
    Launcher launcher(Runnable guard) {
        return new Launcher() {
            @Override
            public LaunchAnswer launch(LaunchRequest request) {
                guard.run();
                AccountId account = request.spec().account();
                long before = admitted(account);
                Worker holder = living.get(account);
                if (holder != null) {
                    watch.born(account, request.workerId(), "");
                    return new LaunchAnswer.Busy();
                } else if (request.epoch() <= before) {
                    return new LaunchAnswer.Superseded(before);
                }
                admit(account, request.epoch());
                int chance = random.nextInt(1_000);
                if (chance < 5) {
                    return new LaunchAnswer.NotLaunched("spawn", "no memory");
                } else if (chance < 8) {
                    return new LaunchAnswer.Unanswered("it gave no answer");
                }
                Worker worker = run(
                        account,
                        request.workerId(),
                        request.epoch(),
                        request.spec().version().orElse(""));
                return chance < 11
                        ? new LaunchAnswer.Unanswered("it gave no answer")
                        : new LaunchAnswer.Born(worker.identity, worker.over);
            }

            @Override
            public FenceAnswer raise(AccountId account, long number) {
                guard.run();
                if (living.containsKey(account)) {
                    return new FenceAnswer.Held();
                }
                long before = admitted(account);
                admit(account, Math.max(before, number));
                return new FenceAnswer.Raised(before);
            }

            @Override
            public SignalAnswer signal(ProcessIdentity process, String signal, Scope scope) {
                guard.run();
                @Nullable Long tick = ticks.get(process.pid());
                if (tick == null || tick != process.startTicks() || !kernel.isHere(process)) {
                    return new SignalAnswer.Gone();
                }
                Optional<Worker> worker = processes.getOrDefault(process.pid(), Optional.empty());
                watch.signalled(worker, signal);
                worker.ifPresent(one -> {
                    if (signal.equals("KILL")) {
                        end(one, new ExitStatus.Signalled(9, false));
                    } else if (one.obeysTerm && !one.termed) {
                        one.termed = true;
                        time.world(
                                Duration.ofMillis(1 + random.nextInt(900)), () -> end(one, new ExitStatus.Exited(0)));
                    }
                });
                return new SignalAnswer.Sent();
            }
        };
    }

    /** As a keeper keeps them. */
    private final class Records implements LaunchRecords {
        private final Runnable guard;

        Records(Runnable guard) {
            this.guard = guard;
        }

        @Override
        public Optional<Birth> birth(String workerId) {
            guard.run();
            return Optional.ofNullable(births.get(workerId));
        }

        @Override
        public Optional<Exit> exit(String workerId) {
            guard.run();
            return Optional.ofNullable(exits.get(workerId));
        }

        @Override
        public List<String> workers() {
            guard.run();
            return List.copyOf(births.keySet());
        }

        @Override
        public void acknowledge(String workerId) {
            guard.run();
            births.remove(workerId);
            if (exits.remove(workerId) != null) {
                try {
                    Files.deleteIfExists(Layout.reasonFile(data, workerId));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }
}
