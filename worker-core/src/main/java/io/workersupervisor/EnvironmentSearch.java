package io.workersupervisor;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;

/**
 * Finds processes by what the library put into their environment: a worker and what it left behind carry
 * {@code WORKER_ID}, whatever they closed and whoever their parent is now.
 *
 * <p>An environment that is empty means "not yet": between fork and the end of exec there is nothing to read. Such a
 * process is looked at again, for a bounded time, if it is young enough to be the one that is sought.
 */
final class EnvironmentSearch {
    private static final Duration LONGEST_EXEC = Duration.ofMillis(500);
    private static final Duration PAUSE = Duration.ofMillis(5);

    private final ProcFs proc;
    private final Timing timing;

    EnvironmentSearch(ProcFs proc, Timing timing) {
        this.proc = proc;
        this.timing = timing;
    }

    /**
     * A process that carries the library's variables.
     *
     * @param stat what it is
     * @param account the text of its account
     * @param workerId its worker id
     * @param epoch its epoch, 0 where that is no number
     * @param data the data directory of its supervisor
     */
    record Marked(ProcFs.Stat stat, String account, String workerId, long epoch, String data) {
        /** Its account; empty where the text is none, as any process may say anything. */
        Optional<AccountId> accountId() {
            try {
                return Optional.of(AccountId.parse(account));
            } catch (IllegalArgumentException damaged) {
                return Optional.empty();
            }
        }

        /** A worker leads a group of its own, what it forked does not. */
        boolean leads() {
            return stat.group() == stat.pid();
        }

        @Override
        public String toString() {
            return "pid " + stat.pid();
        }
    }

    /** The living processes of one worker, leaders first; none of them started before {@code bornAfter}. */
    List<Marked> ofWorker(String workerId, long bornAfter) {
        return search("\0WORKER_ID=" + workerId + "\0", bornAfter);
    }

    /** The living processes of all workers of a data directory. */
    List<Marked> ofDirectory(DataDirectory data) {
        return search("\0WORKER_DATA=" + asRead(data.path().toString()) + "\0", Long.MAX_VALUE);
    }

    /** Environments are read byte by byte, whatever they are encoded in. */
    private static String asRead(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private List<Marked> search(String mark, long bornAfter) {
        List<Marked> found = new ArrayList<>();
        List<Long> pending = look(proc.processes(), mark, found, pid -> mayStillExec(pid, bornAfter));
        long deadline = timing.nanos() + LONGEST_EXEC.toNanos();
        while (!pending.isEmpty() && timing.nanos() < deadline) {
            timing.pause(PAUSE);
            pending = look(pending, mark, found, pid -> mayStillExec(pid, bornAfter));
        }
        proc.requireReadable();
        found.sort(Comparator.comparing((Marked marked) -> !marked.leads())
                .thenComparing(marked -> marked.stat().pid()));
        return found;
    }

    private List<Long> look(List<Long> pids, String mark, List<Marked> found, LongPredicate pends) {
        List<Long> pending = new ArrayList<>();
        for (long pid : pids) {
            Optional<String> environment = proc.environment(pid);
            if (environment.isEmpty()) {
                continue;
            }
            if (environment.get().length() <= 1 && pends.test(pid)) {
                pending.add(pid);
            } else if (environment.get().contains(mark)) {
                proc.stat(pid)
                        .filter(stat -> !stat.isDead())
                        .ifPresent(stat -> found.add(marked(stat, environment.get())));
            }
        }
        return pending;
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
