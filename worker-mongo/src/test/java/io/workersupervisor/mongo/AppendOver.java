package io.workersupervisor.mongo;

import io.workersupervisor.LogQuery;

/** Appends three entries to the database of a URI, and prints how many are there. */
final class AppendOver {
    private AppendOver() {}

    public static void main(String[] args) {
        try (MongoLogSink sink = MongoLogSink.in(args[0])) {
            sink.append(Entries.of("w", 0, 3));
            System.out.println(sink.find(LogQuery.last(9)).size() + " entries");
        }
    }
}
