package io.workersupervisor.mongo;

import io.workersupervisor.LogQuery;
import io.workersupervisor.Rows;
import io.workersupervisor.spi.WorkerRow;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * Does what works and what fails with a password, and prints every text there is of it. The connection strings come from
 * its input: a good one, one with a wrong password that holds the good one, one to nowhere.
 */
final class SecretHunt {
    private SecretHunt() {}

    public static void main(String[] args) throws IOException {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String uri = input.readLine(); uri != null; uri = input.readLine()) {
            attempt(uri);
            attempt(uri.replace("127.0.0.1", "127.0.0.1:x"));
            attempt(uri.replace('@', '/'));
            attempt(uri + "&%zz=" + uri);
            attempt(uri.replace("mongodb://", "mongodb+srv://"));
        }
        System.out.println("done");
    }

    private static void attempt(String uri) {
        try {
            MongoPlace place = MongoPlace.of(uri).timeout(Duration.ofSeconds(1));
            System.out.println(place);
            try (MongoLogSink sink = MongoLogSink.in(place)) {
                sink.append(Entries.of(Rows.workerId(1), 0, 5));
                System.out.println(sink.find(LogQuery.last(1)));
            } catch (RuntimeException e) {
                tell(e);
            }
            try (MongoWorkerRegistry registry = MongoWorkerRegistry.open(place)) {
                WorkerRow row = Rows.first(1);
                System.out.println(registry.update(Optional.empty(), row));
                System.out.println(registry.file(Rows.report(row)));
            }
        } catch (RuntimeException e) {
            tell(e);
        }
    }

    private static void tell(RuntimeException e) {
        StringWriter text = new StringWriter();
        e.printStackTrace(new PrintWriter(text));
        System.out.println(text);
    }
}
