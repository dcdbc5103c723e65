package io.workersupervisor.internal.logs;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogFollower;
import io.workersupervisor.LogSinkException;
import io.workersupervisor.internal.machine.Clocks;
import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Follows the files of an account's workers, one after the other. */
final class FileFollower implements LogFollower {
    private static final int AT_FIRST = 256 << 10;

    private final DataDirectory data;
    private final AccountId account;
    private final KnownWorkers workers;
    private final EntryReader reader;
    private final Clocks clocks;
    private @Nullable FollowedFile tail;

    FileFollower(DataDirectory data, AccountId account, KnownWorkers workers, EntryReader reader, Clocks clocks) {
        this.data = data;
        this.account = account;
        this.workers = workers;
        this.reader = reader;
        this.clocks = clocks;
    }

    @Override
    public List<LogEntry> poll() {
        try {
            List<LogEntry> entries = new ArrayList<>();
            List<WorkerLogFile> files = FileSearch.of(data, account).toList();
            FollowedFile present = tail;
            if (present == null && !files.isEmpty()) {
                present = FileSearch.atEnd(files.get(files.size() - 1), AT_FIRST, reader);
                tail = present;
            }
            for (WorkerLogFile next : files) {
                if (present != null && next.workerId().compareTo(present.file().workerId()) > 0) {
                    drain(present, true, entries);
                    present.close();
                    present = FollowedFile.searched(next, Optional.empty(), reader);
                    tail = present;
                }
            }
            if (present != null) {
                drain(present, false, entries);
            }
            return entries;
        } catch (IOException e) {
            throw new LogSinkException("the log of account " + account + " cannot be read: " + Text.reason(e), e);
        }
    }

    private void drain(FollowedFile from, boolean over, List<LogEntry> entries) throws IOException {
        KnownWorkers.Known known = workers.of(account, from.file().workerId());
        entries.addAll(FileSearch.drain(from, known, clocks.nanos(), over || known.over()));
    }

    @Override
    public void close() {
        try {
            if (tail != null) {
                tail.close();
            }
        } catch (IOException e) {
            throw new LogSinkException("a log file cannot be closed: " + Text.reason(e), e);
        }
        tail = null;
    }
}
