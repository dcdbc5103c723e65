package io.workersupervisor;

import io.workersupervisor.internal.logs.FileSearch;
import io.workersupervisor.internal.logs.LogArchive;
import io.workersupervisor.internal.logs.LogSource;
import io.workersupervisor.internal.logs.SinkCheckpoints;
import io.workersupervisor.internal.logs.WorkerLogFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** All that the workers of a data directory have written: their files and the archive. */
public final class WorkerLogs {
    private final DataDirectory data;

    public WorkerLogs(DataDirectory data) {
        this.data = data;
    }

    /** The ids of the workers whose files are here. */
    public List<String> workers() throws IOException {
        return WorkerLogFile.list(data).stream().map(WorkerLogFile::workerId).toList();
    }

    /** The number of archived parts of files. */
    public int archivedParts() throws IOException {
        return LogArchive.parts(data).size();
    }

    /** Tells whether every sink has acknowledged all that stands in the files. */
    public boolean areShipped() throws IOException {
        SinkCheckpoints acknowledged = SinkCheckpoints.read(data);
        for (WorkerLogFile file : WorkerLogFile.list(data)) {
            try (LogSource open = LogSource.open(file.path()).orElseThrow()) {
                if (acknowledged.of(file, open) < open.size()) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * The lines within the last 400 bytes of the file of an account's newest worker.
     *
     * @param account an account that has a file
     */
    public List<String> lastLines(AccountId account) throws IOException {
        WorkerLogFile newest =
                FileSearch.of(data, account).reduce((older, newer) -> newer).orElseThrow();
        try (LogSource source = LogSource.open(newest.path()).orElseThrow()) {
            byte[] end = source.read(Math.max(0, source.size() - 400), 400);
            return new String(end, StandardCharsets.UTF_8).lines().toList();
        }
    }

    /**
     * All bytes that a worker wrote: the archived parts, and the rest of its file.
     *
     * @param workerId one of {@link #workers()}
     */
    public InputStream contents(String workerId) throws IOException {
        List<InputStream> all = new ArrayList<>();
        List<LogArchive.Part> parts = LogArchive.parts(data).stream()
                .filter(part -> part.of().workerId().equals(workerId))
                .sorted(Comparator.comparingLong(LogArchive.Part::position))
                .toList();
        long archived = 0;
        for (LogArchive.Part part : parts) {
            byte[] bytes = new GZIPInputStream(Files.newInputStream(part.path()), 1 << 16).readAllBytes();
            archived += bytes.length;
            all.add(new ByteArrayInputStream(bytes));
        }
        WorkerLogFile file = WorkerLogFile.list(data).stream()
                .filter(one -> one.workerId().equals(workerId))
                .findFirst()
                .orElseThrow();
        // The journal does not say where to begin: after a crash a part may stand in the file and in the archive.
        InputStream rest = Files.newInputStream(file.path());
        rest.skipNBytes(archived);
        all.add(rest);
        return new SequenceInputStream(Collections.enumeration(all));
    }
}
