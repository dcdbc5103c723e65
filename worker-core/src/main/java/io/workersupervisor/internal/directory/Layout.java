package io.workersupervisor.internal.directory;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * The place of every file below a data directory, and the names that hold an account.
 *
 * <pre>
 * data/node                     which machine, boot and registry this directory belongs to; node.lock guards it
 * data/registry.db              the SQLite registry
 * data/locks/ACCOUNT.lock       the kernel lock of an account, and the highest epoch admitted; never deleted
 * data/records/WORKER.birth     pid and start tick, written before the worker runs; .exit its exit status
 * data/records/WORKER.reason    the worker's own words about its end; .ready says that it is ready, .heartbeat is touched while it works
 * data/rules.d/                 rules of the application's for explaining stops, *.json
 * data/keeper/CONTEXT/          a keeper's lock, socket and journal
 * data/launcher/                programs of the launch paths
 * data/bell                     written anew when a row was changed for the hosts; keeping.lock is held by one that keeps accounts running
 * data/paused                   accounts that are left alone; paused.lock guards it
 * data/rollout                  the last change to another version; rollout.lock guards it
 * data/worker.log               events, and grave log entries of all workers, one line each
 * data/worker_ACCOUNT_WORKER.log    output of a worker
 * data/checkpoints/SINK/        the position in each file up to which a log sink has the entries
 * data/logs/                    the SQLite log sink; archive/ the parts of workers' files that every sink has
 * </pre>
 */
public final class Layout {
    private Layout() {}

    public static Path lockFile(DataDirectory data, AccountId account) {
        return locks(data).resolve(fileName(account) + ".lock");
    }

    public static Path locks(DataDirectory data) {
        return data.path().resolve("locks");
    }

    public static Path records(DataDirectory data) {
        return data.path().resolve("records");
    }

    /** A worker may write here why it ends. */
    public static Path reasonFile(DataDirectory data, String workerId) {
        return records(data).resolve(workerId + ".reason");
    }

    /** A worker makes this to show that it is ready. */
    public static Path readyFile(DataDirectory data, String workerId) {
        return records(data).resolve(workerId + ".ready");
    }

    /** A worker touches this to show that it works. */
    public static Path heartbeatFile(DataDirectory data, String workerId) {
        return records(data).resolve(workerId + ".heartbeat");
    }

    /** An application or operator puts rules of its own here. */
    public static Path rules(DataDirectory data) {
        return data.path().resolve("rules.d");
    }

    public static Path keepers(DataDirectory data) {
        return data.path().resolve("keeper");
    }

    public static Path launcher(DataDirectory data) {
        return data.path().resolve("launcher");
    }

    public static Path nodeFile(DataDirectory data) {
        return data.path().resolve("node");
    }

    public static Path bell(DataDirectory data) {
        return data.path().resolve("bell");
    }

    public static Path paused(DataDirectory data) {
        return data.path().resolve("paused");
    }

    public static Path rollout(DataDirectory data) {
        return data.path().resolve("rollout");
    }

    public static Path eventLog(DataDirectory data) {
        return data.path().resolve("worker.log");
    }

    /** The checkpoints of log sinks: a directory each. */
    public static Path checkpoints(DataDirectory data) {
        return data.path().resolve("checkpoints");
    }

    /** The SQLite sink and the archive. */
    public static Path logs(DataDirectory data) {
        return data.path().resolve("logs");
    }

    public static Path archive(DataDirectory data) {
        return logs(data).resolve("archive");
    }

    /** Marks of workers that ship their lines themselves, by worker id. */
    public static Path fileOnly(DataDirectory data) {
        return logs(data).resolve("file-only");
    }

    public static String logName(AccountId account, String workerId) {
        return "worker_" + fileName(account) + "_" + workerId + ".log";
    }

    /** The key in file names: everything outside {@code [a-z0-9._@+-]} is written {@code %XX}. */
    public static String fileName(AccountId account) {
        StringBuilder name = new StringBuilder();
        for (byte b : account.toString().getBytes(StandardCharsets.US_ASCII)) {
            char c = (char) b;
            name.append(isPlain(c) ? String.valueOf(c) : String.format(Locale.ROOT, "%%%02X", (int) c));
        }
        return name.toString();
    }

    private static boolean isPlain(int c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || "._@+-".indexOf(c) >= 0;
    }

    /** The account whose {@link #fileName} this is; empty where it is that of none. */
    public static Optional<AccountId> accountOf(String name) {
        try {
            // Most are, and there may be many.
            if (name.chars().allMatch(Layout::isPlain)) {
                return Optional.of(AccountId.parse(name));
            }
            AccountId account = AccountId.parse(URLDecoder.decode(name.replace("+", "%2B"), StandardCharsets.US_ASCII));
            return fileName(account).equals(name) ? Optional.of(account) : Optional.empty();
        } catch (IllegalArgumentException strange) {
            return Optional.empty();
        }
    }
}
