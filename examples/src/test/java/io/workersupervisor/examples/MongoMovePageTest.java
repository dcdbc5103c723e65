package io.workersupervisor.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.mongo.MongoPlaces;
import io.workersupervisor.mongo.NeedsMongod;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The move from a {@code worker_logs} of another program, step by step, by the commands of the page in their order. */
@NeedsMongod
class MongoMovePageTest {
    private static final int DAYS = 730;
    private static final Pattern FIND =
            Pattern.compile("(?m)^db\\.worker_logs\\.find\\((.*?)\\)\\.sort\\((\\{.*?})\\)(?:\\.limit\\((\\d+)\\))?");

    private final Programs programs;
    private String uri = "";

    MongoMovePageTest(@TempDir Path temporary) throws IOException {
        Path home = temporary.toRealPath();
        this.programs = new Programs(home, home.resolve("data"));
    }

    @AfterEach
    void endAll() {
        programs.close();
    }

    @Test
    void the_page_is_true_from_its_first_step_to_its_last() throws Exception {
        uri = MongoPlaces.freshUri();
        MongoPlaces.insert(
                uri,
                "worker_logs",
                IntStream.range(0, DAYS).mapToObj(MongoMovePageTest::old).toArray(Document[]::new));
        List<String> steps = Pages.spans(
                        Pages.page("worker-mongo/README.md").section("## Moving from a `worker_logs` of your own"))
                .stream()
                .filter(span -> span.startsWith("worker-console "))
                .map(span -> span.substring("worker-console ".length()))
                .toList();
        assertThat(steps)
                .containsExactly(
                        "mongo prepare --mongo URI --dry-run",
                        "mongo prepare --mongo URI",
                        "host --mongo URI",
                        "doctor --mongo URI",
                        "logs --mongo URI --level WARNING",
                        "host --mongo URI --log-keep 365d",
                        "host --mongo URI --log-keep 365d --delete-older");

        assertThat(ended(steps.get(0)).out())
                .contains(DAYS + " documents", "db.getCollection(\"worker_logs\").createIndexes([");
        assertThat(MongoPlaces.indexes(uri, "worker_logs")).hasSize(1);

        assertThat(ended(steps.get(1)).exitCode()).isZero();
        assertThat(MongoPlaces.indexes(uri, "worker_logs")).hasSize(4);

        Programs.Running host = host(steps.get(2));
        Programs.Ended started = programs.console(
                "start", "4711", "--", "sh", "-c", "while echo 'ERROR: of the new one'; do sleep 1; done");
        assertThat(started.exitCode()).as(started.err()).isZero();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> MongoPlaces.all(uri, "worker_logs").size() > DAYS);

        List<String> repairs = repairs(ended(steps.get(3)));
        assertThat(repairs).hasSize(2);
        for (String repair : repairs) {
            assertThat(MongoPlaces.repair(uri, "worker_logs", repair)).isPositive();
            assertThat(MongoPlaces.repair(uri, "worker_logs", repair)).isZero();
        }
        // One text that names no time stays, and is told.
        assertThat(repairs(ended(steps.get(3)))).hasSize(1);

        assertThat(ended(steps.get(4)).out()).containsSubsequence(" WARNING ", " old ", " ERROR ", " of the new one");
        theQueriesOfThePageAreServedByAnIndex();
        end(host);

        Programs.Running keeping = host(steps.get(5));
        await().atMost(Duration.ofSeconds(60)).until(() -> keeping.printed().contains("deletingOlder"));
        end(keeping);
        assertThat(MongoPlaces.all(uri, "worker_logs").stream()
                        .filter(one -> one.getString("message").startsWith("old ")))
                .hasSize(DAYS);
        assertThat(keepSeconds()).isEmpty();

        Programs.Running deleting = host(steps.get(6));
        await().atMost(Duration.ofSeconds(60)).until(() -> !keepSeconds().isEmpty());
        end(deleting);
        assertThat(keepSeconds()).containsExactly(Duration.ofDays(365).toSeconds());
    }

    /** Some of another type than the others. */
    private static Document old(int day) {
        Instant at = Instant.now().minus(Duration.ofDays(DAYS - day));
        Object time = day == 3
                ? "yesterday"
                : day % 50 == 1 ? at.toString() : day % 50 == 2 ? at.toEpochMilli() : Date.from(at);
        return new Document("user_id", "u")
                .append("account_id", day % 50 == 4 ? "4711" : (Object) 4711L)
                .append("level", List.of("INFO", "WARN", "error", "info").get(day % 4))
                .append("message", "old " + day)
                .append("timestamp", time);
    }

    private String[] words(String step) {
        return step.replace("URI", uri).split(" ");
    }

    private Programs.Ended ended(String step) throws Exception {
        return programs.console(words(step));
    }

    private Programs.Running host(String step) throws Exception {
        Programs.Running host = programs.begin(io.workersupervisor.examples.console.WorkerConsole.class, words(step));
        host.awaitPrinted("workers running");
        return host;
    }

    private static void end(Programs.Running host) throws Exception {
        host.process().destroy();
        host.end();
    }

    private static List<String> repairs(Programs.Ended doctor) {
        return doctor.out()
                .lines()
                .filter(line -> line.contains("updateMany(f, "))
                .toList();
    }

    private List<Object> keepSeconds() {
        return MongoPlaces.indexes(uri, "worker_logs").stream()
                .filter(index -> index.containsKey("expireAfterSeconds"))
                .map(index -> (Object) ((Number) index.get("expireAfterSeconds")).longValue())
                .toList();
    }

    private void theQueriesOfThePageAreServedByAnIndex() throws IOException {
        String page = Pages.page("worker-mongo/README.md").section("## Queries");
        List<String> plans = new ArrayList<>();
        Matcher find = FIND.matcher(page);
        while (find.find()) {
            String filter = find.group(1).isEmpty() ? "{}" : find.group(1);
            String day = "ISODate(\"" + Instant.now().minus(Duration.ofDays(1)) + "\")";
            Document query = new Document("find", "worker_logs")
                    .append("filter", Document.parse(filter.replace("new Date(Date.now() - 864e5)", day)))
                    .append("sort", Document.parse(find.group(2)));
            plans.add(MongoPlaces.run(uri, new Document("explain", query).append("verbosity", "queryPlanner"))
                    .get("queryPlanner", Document.class)
                    .get("winningPlan", Document.class)
                    .toJson());
        }
        assertThat(plans)
                .hasSize(4)
                .allSatisfy(plan -> assertThat(plan).contains("IXSCAN").doesNotContain("\"SORT\"", "COLLSCAN"));
    }
}
