package io.workersupervisor.examples.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.workersupervisor.examples.Programs;
import io.workersupervisor.examples.console.frame.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** People work on accounts that a host keeps running in another process (P3, P4, P8). */
class PeopleTest {
    private final Path home;
    private final Programs programs;

    PeopleTest(@TempDir Path temporary) throws IOException {
        this.home = temporary.toRealPath();
        this.programs = new Programs(home, home.resolve("data"));
    }

    @AfterEach
    void endAll() {
        programs.close();
    }

    private static String line(int account, String command) {
        return "{\"account\":" + account + ",\"command\":[" + command + "],\"userId\":\"u" + account
                + "\",\"version\":\"1.2\"}\n";
    }

    private void workers(String... lines) throws IOException {
        Path file = home.resolve("workers.jsonl");
        Files.writeString(file, String.join("", lines));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private Programs.Running host() throws IOException {
        return programs.begin(WorkerConsole.class, "host", "--no-logs", "--workers", "workers.jsonl");
    }

    private static JsonObject json(String line) {
        return JsonParser.parseString(line).getAsJsonObject();
    }

    @Test
    void stopped_accounts_are_started_again_without_their_commands() throws Exception {
        workers(line(1, "\"sleep\",\"300\""), line(2, "\"sleep\",\"300\""));
        Programs.Running host = host();
        host.awaitPrinted("2       started");
        assertThat(host.printed()).contains("1       started");

        Programs.Ended stopped = programs.console("stop", "--where", "version=1.2", "--by", "alice", "--why", "a test");
        assertThat(stopped.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(stopped.out()).contains("account 1 stopped", "account 2 stopped");
        assertThat(programs.workers()).isEmpty();
        assertThat(programs.console("ps").out())
                .contains("2 accounts: 0 running, 2 stopped", "stopped by alice: a test");

        Programs.Ended all = programs.console("start", "--all");
        assertThat(all.err()).contains("no account to start");
        assertThat(programs.workers()).isEmpty();

        Programs.Ended started = programs.console("start", "1", "2");
        assertThat(started.exitCode()).as(started.err()).isEqualTo(ExitCode.DONE);
        assertThat(started.out()).contains("account 1 started", "account 2 started");

        Programs.Ended again = programs.console("restart", "--where", "user=u2", "--json");
        assertThat(json(again.out()).get("result").getAsString()).isEqualTo("STARTED");
        assertThat(programs.console("start", "1").exitCode()).isEqualTo(ExitCode.ALREADY_RUNNING);

        Programs.Ended mistyped = programs.console("start", "1", "77");
        assertThat(mistyped.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(mistyped.err()).contains("account 77 is not known here", "nothing was started");
    }

    @Test
    void start_without_a_host_says_that_the_wish_stays() throws Exception {
        programs.console("start", "--create", "1", "--", "sleep", "300");
        programs.console("stop", "1");

        Programs.Ended started = programs.console("start", "1");

        assertThat(started.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(started.err()).contains("no host of this data directory keeps accounts running; the wish stays");
        Programs.Ended ps = programs.console("ps", "--json");
        assertThat(json(ps.out()).getAsJsonObject("summary").get("down").getAsInt())
                .isEqualTo(1);
    }

    @Test
    void account_is_paused_resumed_signalled_and_forgotten() throws Exception {
        programs.console(
                "start", "--create", "1", "--", "sh", "-c", "trap 'echo reloaded' HUP; while :; do sleep 0.1; done");

        assertThat(programs.console("pause", "1", "--for", "1h", "--by", "bob").out())
                .contains("account 1 paused by bob");
        assertThat(programs.console("ps").out()).contains("paused by bob until");
        assertThat(programs.console("resume", "1").out()).contains("account 1 resumed");
        assertThat(json(programs.console("resume", "1", "--json").out())
                        .get("result")
                        .getAsString())
                .isEqualTo("NOT_PAUSED");
        assertThat(programs.console("signal", "HUP", "1").out()).contains("account 1 got HUP");

        assertThat(programs.console("forget", "1", "--yes").exitCode()).isEqualTo(ExitCode.REFUSED);
        programs.console("stop", "1");
        assertThat(programs.console("forget", "1").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(programs.console("forget", "1", "--yes").out()).contains("account 1 is forgotten");
        assertThat(programs.console("ps").out()).contains("no account was ever started");
        assertThat(programs.console("why", "1").exitCode()).isEqualTo(ExitCode.FAILURE);
    }

    @Test
    void ps_and_doctor_show_what_is_wanted_and_down() throws Exception {
        workers(
                line(1, "\"sleep\",\"300\""),
                line(
                        2,
                        "\"sh\",\"-c\",\"sleep 0.6; echo '{\\\"reason\\\":\\\"ACCOUNT_BANNED\\\"}'"
                                + " >$WORKER_REASON_FILE; exit 1\""),
                line(
                        3,
                        "\"sh\",\"-c\",\"sleep 0.6; echo '{\\\"reason\\\":\\\"FLOOD_WAIT\\\","
                                + "\\\"retryAfterSeconds\\\":7200}' >$WORKER_REASON_FILE; exit 1\""));
        Programs.Running host = host();
        host.awaitPrinted("ACCOUNT_BANNED");
        host.awaitPrinted("FLOOD_WAIT");

        List<String> lines = programs.console("ps").out().lines().toList();
        assertThat(lines.get(1)).startsWith("3 accounts: 1 running, 2 wanted and down, 1 of these need a person");
        assertThat(lines.subList(3, 6)).extracting(one -> one.substring(0, 1)).containsExactly("2", "3", "1");
        assertThat(lines.get(3)).contains("FAILED", "1.2", "u2", "Account banned: needs a person");
        assertThat(lines.get(4)).contains("BACKING_OFF", "Flood wait, starts at");
        assertThat(lines.subList(1, lines.size()))
                .allSatisfy(one -> assertThat(one.length()).isLessThanOrEqualTo(80));
        assertThat(programs.console("ps", "--where", "reason=flood_wait").out()).contains("1 account:");
        Programs.Running watch = programs.begin(WorkerConsole.class, "ps", "--watch", "0.2", "--json");
        watch.awaitPrinted("}\n{");
        watch.process().destroy();

        Programs.Ended doctor = programs.console("doctor");
        assertThat(doctor.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(doctor.out())
                .contains("2 wanted accounts are down: 2 (Account banned: needs a person), 3 (Flood wait");
    }

    @Test
    void dry_run_says_what_would_start_and_why_and_changes_nothing() throws Exception {
        programs.console("start", "--create", "1", "--", "sleep", "300");
        programs.console("start", "2", "--", "sleep", "300");
        programs.console("stop", "2", "--by", "alice");
        programs.console("start", "4", "--", "sleep", "300");
        workers(line(1, "\"sleep\",\"300\""), line(2, "\"sleep\",\"300\""), line(3, "\"secret\""), "{\"account\":5}\n");
        List<String> before = Programs.listing(home.resolve("data"));

        Programs.Ended dry = programs.console("host", "--workers", "workers.jsonl", "--dry-run");

        assertThat(dry.exitCode()).isEqualTo(ExitCode.FAILURE);
        assertThat(dry.out().lines().map(one -> one.replaceAll(" +", " ")))
                .containsExactly(
                        "ACCOUNT WOULD WHY",
                        "1 KEEP it runs",
                        "2 LEAVE stopped by alice",
                        "3 START it was never started",
                        "4 LEAVE it is not in the file");
        assertThat(dry.err()).contains("line 4 of").doesNotContain("secret");
        assertThat(Programs.listing(home.resolve("data"))).isEqualTo(before);
        assertThat(programs.console("host", "--dry-run").exitCode()).isEqualTo(ExitCode.USAGE);
    }
}
