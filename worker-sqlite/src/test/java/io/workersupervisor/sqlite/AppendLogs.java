package io.workersupervisor.sqlite;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogEntry;
import java.nio.file.Path;
import java.util.List;

/** Appends batches to a log store, and prints the number of each that is acknowledged. */
final class AppendLogs {
    static final int BATCH = 200;

    private AppendLogs() {}

    static LogLines lines() {
        return new LogLines(20, 5, 10);
    }

    public static void main(String[] args) {
        int first = Integer.parseInt(args[1]);
        int end = Integer.parseInt(args[2]);
        LogLines lines = lines();
        try (SqliteLogSink sink = SqliteLogSink.open(DataDirectory.open(Path.of(args[0])))) {
            for (int batch = 0; batch < end; batch++) {
                List<LogEntry> entries = lines.next(BATCH);
                if (batch >= first) {
                    sink.append(entries);
                    System.out.println(batch);
                }
            }
        }
        System.out.println("done");
    }
}
