package io.workersupervisor.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.LogQuery;
import io.workersupervisor.mongo.MongoLogSink;
import io.workersupervisor.mongo.MongoPlace;
import io.workersupervisor.mongo.MongoPlaces;
import io.workersupervisor.mongo.NeedsMongod;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NeedsMongod
class MongoExamplesTest {
    @TempDir
    private Path home;

    @Test
    void quick_start_with_entries_in_mongodb_runs_as_told_twice_in_a_row() throws Exception {
        run(QuickStartMongo.class, "quickstart-mongo", "registry.db", "Collections in MongoDB ", "worker_logs");
    }

    @Test
    void all_on_mongodb_runs_as_told_twice_in_a_row() throws Exception {
        run(AllOnMongo.class, "all-on-mongo", "Collections in MongoDB ", "worker_registry", "worker_logs");
    }

    /** The password comes from the environment, and is printed nowhere (P8). */
    private void run(Class<?> program, String directory, String... places) throws Exception {
        String uri = MongoPlaces.freshUri();
        Path data = QuickStart.place(directory);
        try (Programs programs = new Programs(home, data)) {
            programs.environment("WORKER_MONGO_URI", uri);
            for (int run = 0; run < 2; run++) {
                Programs.Ended ended = programs.begin(program).end();

                assertThat(ended.err()).isEmpty();
                assertThat(ended.exitCode()).isZero();
                assertThat(ended.out())
                        .containsSubsequence(
                                "Started: pid ",
                                "AlreadyRunning: pid ",
                                "Started: pid ",
                                "KILLED_BY_SIGNAL",
                                "Stopped: TERM sent",
                                "INFO     ready",
                                "WARNING  low on coffee",
                                "Files in " + data)
                        .containsSubsequence(places)
                        .doesNotContain(MongoPlaces.password());
                assertThat(programs.workers()).isEmpty();
            }
        }
        try (MongoLogSink sink = MongoLogSink.in(MongoPlace.of(uri))) {
            assertThat(sink.find(LogQuery.last(100)))
                    .extracting(entry -> entry.message())
                    .contains("ready", "low on coffee");
        }
    }
}
