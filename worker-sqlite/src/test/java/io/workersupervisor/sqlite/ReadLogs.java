package io.workersupervisor.sqlite;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogEntry;
import io.workersupervisor.LogLevel;
import io.workersupervisor.LogQuery;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Looks at a log store until standard input ends: what was there once stays there. */
final class ReadLogs {
    private ReadLogs() {}

    public static void main(String[] args) throws IOException {
        SqliteLogSink sink = SqliteLogSink.openReadOnly(DataDirectory.existing(Path.of(args[0])));
        int looks = 0;
        int most = 0;
        while (System.in.available() == 0) {
            List<LogEntry> all = sink.find(LogQuery.last(LogQuery.MOST));
            if (all.size() < most || all.size() % AppendLogs.BATCH != 0) {
                System.out.println("saw " + all.size() + " entries after " + most);
                return;
            }
            most = all.size();
            sink.find(LogQuery.last(50).account(AccountId.of(looks % 20)).atLeast(LogLevel.WARNING));
            looks++;
            if (looks == 1) {
                System.out.println("looking");
            }
        }
        System.out.println("saw " + (looks > 1 ? most : -1));
    }
}
