package io.workersupervisor.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.workersupervisor.examples.console.WorkerConsole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The move from a registry of another program, step by step, by the commands of the page in their order (P1, P3, P8). */
class MovingPageTest {
    private static final String LOOP = "while :; do sleep 0.2; done";
    private static final String TOKEN = "123456789:" + "Abcdefghij".repeat(3) + "Abcde";
    private static final long LONG = 1_234_567_890_123_456_789L;

    private final Path home;
    private final Programs programs;
    private final List<Process> olds = new ArrayList<>();

    MovingPageTest(@TempDir Path temporary) throws IOException {
        this.home = temporary.toRealPath();
        this.programs = new Programs(home, home.resolve("data"));
    }

    @AfterEach
    void endAll() {
        programs.close();
        olds.forEach(Process::destroyForcibly);
    }

    private Process old(String... command) throws IOException {
        Process old = new ProcessBuilder(command).start();
        olds.add(old);
        return old;
    }

    private Process loop(String account) throws IOException {
        return old("sh", "-c", LOOP, "bot.py", account, "--token", TOKEN);
    }

    private void sql(String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + home.resolve("old.db"));
                Statement statement = connection.createStatement()) {
            for (String one : statements) {
                statement.executeUpdate(one);
            }
        }
    }

    private void row(Object account, long pid) throws SQLException {
        String key = account instanceof String ? "'" + account + "'" : account.toString();
        sql("INSERT INTO worker_registry VALUES (" + key + ", 'owner', " + pid + ", 'running')");
    }

    private static String[] words(String step) {
        return step.substring("worker-console ".length()).split(" ");
    }

    private Path specs(Object... accounts) throws IOException {
        Path file = home.resolve("workers.jsonl");
        Files.writeString(
                file,
                Stream.of(accounts)
                        .map(account -> "{\"account\":" + (account instanceof String ? "\"" + account + "\"" : account)
                                + ",\"command\":[\"sleep\",\"300\"]}\n")
                        .collect(Collectors.joining()));
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void the_page_is_true_from_its_first_step_to_its_last() throws Exception {
        List<String> steps = Pages.page("examples/docs/moving.md")
                .text()
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("worker-console "))
                .toList();
        assertThat(steps).hasSize(4);
        sql("CREATE TABLE worker_registry (account_id, user_id TEXT, pid INTEGER, status TEXT)");
        Process number = loop("4711");
        Process longNumber = loop("long");
        Process text = loop("alice");
        Process foreign = old("sleep", "600");
        Process replaced = loop("7");
        Process unserved = loop("8");
        Process dead = old("true");
        dead.waitFor();
        row(4711, number.pid());
        row(LONG, longNumber.pid());
        row("alice", text.pid());
        row(5, dead.pid());
        row(6, foreign.pid());
        row(7, replaced.pid());
        row(8, unserved.pid());
        specs(4711, LONG, "alice", 5, 6, 7);
        List<String> before = Programs.listing(home);

        Programs.Ended looked = programs.console(words(steps.get(0)));

        assertThat(looked.exitCode()).as(looked.err()).isZero();
        assertThat(looked.out())
                .containsPattern("4711 +" + number.pid() + " .*END +sh -c " + LOOP + " bot.py 4711")
                .containsPattern(LONG + " +" + longNumber.pid() + " .* END ")
                .containsPattern("alice +" + text.pid() + " .* END ")
                .containsPattern("5 +" + dead.pid() + " +- +START +no process of this number lives")
                .containsPattern("6 +" + foreign.pid() + " .* END +sleep 600")
                .containsPattern("8 +" + unserved.pid() + " .* LEAVE +no spec of it")
                .contains("redacted")
                .doesNotContain(TOKEN);
        Path plan = home.resolve("plan.jsonl");
        assertThat(Files.getPosixFilePermissions(plan)).hasSize(2);
        assertThat(plan).content().doesNotContain(TOKEN);
        assertThat(Programs.listing(home)).containsAll(before.subList(1, before.size()));
        assertThat(olds).filteredOn(Process::isAlive).hasSize(6);

        // The person removes the foreign process; that of 7 is replaced by another one of the same number.
        replaced.destroyForcibly().waitFor();
        Process recycled = loop("7");
        sql("UPDATE worker_registry SET pid = " + recycled.pid() + " WHERE account_id = 7");
        String unservedLine = Files.readString(plan)
                .lines()
                .filter(line -> line.contains("\"account\":4711,"))
                .findFirst()
                .orElseThrow()
                .replace("4711", "8");
        Files.writeString(
                plan,
                Files.readString(plan)
                                .lines()
                                .filter(line -> !line.contains("\"account\":6,"))
                                .map(line -> line.replace("\"pid\":" + replaced.pid(), "\"pid\":" + recycled.pid()))
                                .collect(Collectors.joining("\n"))
                        + "\n" + unservedLine + "\n");

        Programs.Running interrupted = programs.begin(WorkerConsole.class, words(steps.get(1)));
        interrupted.awaitPrinted("started: worker");
        interrupted.process().destroy();
        Programs.Ended told = interrupted.end();
        assertThat(told.exitCode()).isEqualTo(1);
        assertThat(told.err())
                .contains("account 8: left alone: no spec", "stopped on request; left: " + LONG + ", alice, 5, 7");
        assertThat(told.out()).contains("TERM to pid " + number.pid() + ", it has ended; account 4711 started");
        assertThat(number.isAlive()).isFalse();
        assertThat(longNumber.isAlive()).isTrue();

        Programs.Ended moved = programs.console(words(steps.get(1)));

        assertThat(moved.exitCode()).isEqualTo(4);
        assertThat(moved.out())
                .contains("account 4711: it runs here already")
                .contains("account " + LONG + " started", "account alice started", "account 5 started");
        assertThat(moved.err()).contains("account 7: left alone: pid " + recycled.pid() + " is another process");
        assertThat(Stream.of(longNumber, text)).noneMatch(Process::isAlive);
        assertThat(Stream.of(foreign, recycled, unserved)).allMatch(Process::isAlive);
        assertThat(programs.workers()).hasSize(4);

        Programs.Ended again = programs.console(words(steps.get(1) + " --json"));
        assertThat(again.out().lines().filter(line -> line.contains("\"SKIPPED\"")))
                .hasSize(4);
        assertThat(again.out().lines().filter(line -> line.contains("\"LEFT\"")))
                .hasSize(2);
        assertThat(programs.workers()).hasSize(4);

        recycled.destroyForcibly().waitFor();
        assertThat(programs.console(words(steps.get(2))).out())
                .containsPattern("4711 +KEEP")
                .containsPattern("7 +START");
        Programs.Running host = programs.begin(WorkerConsole.class, words(steps.get(3)));
        await().atMost(Duration.ofSeconds(30)).until(() -> programs.workers().size() == 6);
        host.process().destroy();
        assertThat(host.end().exitCode()).isZero();
        assertThat(foreign.isAlive()).isTrue();
    }
}
