package io.workersupervisor.internal.machine;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Finds processes by the variables that the library put into their environment: a worker and its descendants carry
 * {@code WORKER_ID}, whatever they closed and whoever their parent is now.
 *
 * <p>All environments are read at once, and one reading serves everybody who asked before it began: when many workers end
 * together, few readings find the descendants of all.
 *
 * <p>An environment that is empty means "not yet": between fork and the end of exec there is nothing to read. Such a
 * process is looked at again, for a bounded time, if it is young enough to be the one that is sought.
 */
public final class EnvironmentSearch {
    private static final Duration LONGEST_EXEC = Duration.ofMillis(500);
    private static final Duration PAUSE = Duration.ofMillis(5);

    private final ProcFs proc;
    private final Clocks clocks;
    private final SharedReading<Reading> everyone;

    public EnvironmentSearch(ProcFs proc, Clocks clocks) {
        this.proc = proc;
        this.clocks = clocks;
        this.everyone = new SharedReading<>(() -> read(proc.processes()));
    }

    /**
     * A process that carries the library's variables, or is known by other means to belong to a worker that does. The epoch
     * is 0 where it is no number; {@code data} is the data directory of the supervisor.
     */
    public record Marked(ProcFs.Stat stat, String account, String workerId, long epoch, String data) {
        /** Its account; empty where the text is none, as any process may say anything. */
        public Optional<AccountId> accountId() {
            try {
                return Optional.of(AccountId.parse(account));
            } catch (IllegalArgumentException damaged) {
                return Optional.empty();
            }
        }

        /** A worker leads a group of its own, what it forked does not. */
        public boolean leads() {
            return stat.group() == stat.pid();
        }

        /** True if it names the directory by its path, or by another one that leads there, such as a bind mount's. */
        boolean isIn(DataDirectory directory) {
            String path = SmallFile.utf8(data);
            try {
                return path.equals(directory.path().toString())
                        || (path.startsWith("/") && Files.isSameFile(Path.of(path), directory.path()));
            } catch (IOException | InvalidPathException another) {
                return false;
            }
        }

        @Override
        public String toString() {
            return "pid " + stat.pid();
        }
    }

    /** The living processes of one worker, leaders first; none of them started before {@code bornAfter}. */
    public List<Marked> ofWorker(String workerId, long bornAfter) {
        return search(marked -> marked.workerId().equals(workerId), bornAfter);
    }

    /** The living processes of all workers of a data directory. */
    public List<Marked> ofDirectory(DataDirectory data) {
        return search(marked -> marked.isIn(data), Long.MAX_VALUE);
    }

    /** The living processes of all workers of one account. */
    public List<Marked> ofAccount(DataDirectory data, AccountId account) {
        return search(marked -> marked.account().equals(account.toString()) && marked.isIn(data), Long.MAX_VALUE);
    }

    /** The result of one reading: living processes of workers, and processes that have no environment yet. */
    private record Reading(List<Marked> marked, List<Long> empty) {}

    private Reading read(List<Long> pids) {
        List<Marked> marked = new ArrayList<>();
        List<Long> empty = new ArrayList<>();
        for (long pid : pids) {
            proc.environment(pid).ifPresent(environment -> {
                if (environment.length() <= 1) {
                    empty.add(pid);
                } else if (environment.contains("\0WORKER_")) {
                    proc.stat(pid)
                            .filter(stat -> !stat.isDead())
                            .ifPresent(stat -> marked.add(marked(stat, environment)));
                }
            });
        }
        return new Reading(marked, empty);
    }

    private List<Marked> search(Predicate<Marked> sought, long bornAfter) {
        List<Marked> found = new ArrayList<>();
        long deadline = clocks.nanos() + LONGEST_EXEC.toNanos();
        Reading now = everyone.read();
        while (true) {
            now.marked().stream().filter(sought).forEach(found::add);
            List<Long> pending = now.empty().stream()
                    .filter(pid -> mayStillExec(pid, bornAfter))
                    .toList();
            if (pending.isEmpty() || clocks.nanos() >= deadline) {
                break;
            }
            clocks.pause(PAUSE);
            now = read(pending);
        }
        proc.requireReadable();
        found.sort(Comparator.comparing((Marked marked) -> !marked.leads())
                .thenComparing(marked -> marked.stat().pid()));
        return found;
    }

    private boolean mayStillExec(long pid, long bornAfter) {
        return proc.stat(pid)
                .filter(stat -> !stat.isDead() && stat.virtualBytes() > 0 && stat.startTicks() >= bornAfter)
                .isPresent();
    }

    private static Marked marked(ProcFs.Stat stat, String environment) {
        String epoch = variable(environment, "WORKER_EPOCH");
        return new Marked(
                stat,
                variable(environment, "WORKER_ACCOUNT"),
                variable(environment, "WORKER_ID"),
                epoch.matches("[0-9]{1,18}") ? Long.parseLong(epoch) : 0,
                variable(environment, "WORKER_DATA"));
    }

    /** The first of that name wins, as it does for the process. */
    private static String variable(String environment, String name) {
        int from = environment.indexOf("\0" + name + "=");
        if (from < 0) {
            return "";
        }
        int value = from + name.length() + 2;
        int end = environment.indexOf('\0', value);
        return end < 0 ? environment.substring(value) : environment.substring(value, end);
    }
}
