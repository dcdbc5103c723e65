package io.workersupervisor.internal.launch;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.machine.ProcFs;
import io.workersupervisor.internal.machine.SmallFile;
import io.workersupervisor.internal.text.Text;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The kernel locks of accounts, from the outside: whether one is held, and the number in its file. The lock itself is
 * taken by launchers and workers only; the file is never deleted, and never locked by this process.
 */
public record AccountLocks(DataDirectory data, Trial trial, ProcFs proc) {
    /** Numbers of the fence are written with this many digits. */
    public static final int DIGITS = 19;

    /** Tries a lock, shared, for an instant. */
    @FunctionalInterface
    public interface Trial {
        State of(Path lockFile);
    }

    /** True if the process has the account's lock file open itself; false where that may not be seen. */
    public boolean isOpenIn(long pid, AccountId account) {
        return proc.hasOpen(pid, Layout.lockFile(data, account));
    }

    /** The result of a trial; {@code ABSENT} without a lock file, {@code FAILED} where nothing was found out. */
    public enum State {
        FREE,
        BUSY,
        ABSENT,
        FAILED
    }

    public State state(AccountId account) {
        return trial.of(Layout.lockFile(data, account));
    }

    public static State stateOf(String word) {
        return switch (word) {
            case "free" -> State.FREE;
            case "busy" -> State.BUSY;
            case "absent" -> State.ABSENT;
            default -> State.FAILED;
        };
    }

    /** The highest epoch admitted, 0 where nothing was; {@link DataDirectoryException} where the file is damaged. */
    public long admitted(AccountId account) {
        Path file = Layout.lockFile(data, account);
        String text = SmallFile.read(file).orElse("").strip();
        if (text.isEmpty()) {
            return 0;
        }
        // The highest of 18 digits can still grow.
        if (!text.matches("0?[0-9]{1,18}")) {
            throw new DataDirectoryException("lock file " + file + " is damaged: it should hold one number of " + DIGITS
                    + " digits and holds " + Text.quoted(text)
                    + "; when no worker of the account runs, empty the file without deleting it");
        }
        return Long.parseLong(text);
    }

    public static String digits(long number) {
        return String.format(Locale.ROOT, "%0" + DIGITS + "d", number);
    }
}
