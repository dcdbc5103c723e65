package io.workersupervisor.examples.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.workersupervisor.examples.Programs;
import io.workersupervisor.examples.console.frame.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P6: a log alone is explained, with or without a data directory, and the stops of all accounts are counted. */
class DiagnoseTest {
    private static final String LOG = """
            2026-11-24 02:00:00,000 - worker - INFO - begun
            Traceback (most recent call last):
              File "worker.py", line 3, in <module>
                main()
            telethon.errors.rpcerrorlist.FloodWaitError: A wait of 4711 seconds is required (caused by GetStateRequest)
            """;

    @TempDir
    Path directory;

    private Path home;
    private Path data;
    private Path log;
    private Programs programs;

    @BeforeEach
    void open() throws IOException {
        home = directory.toRealPath();
        data = home.resolve("data");
        log = Files.writeString(home.resolve("worker.log"), LOG);
        programs = new Programs(home, data);
    }

    @AfterEach
    void endAll() {
        programs.close();
    }

    private JsonObject diagnose(String... options) throws Exception {
        String[] words = new String[options.length + 3];
        words[0] = "diagnose";
        words[1] = log.toString();
        words[2] = "--json";
        System.arraycopy(options, 0, words, 3, options.length);
        Programs.Ended ended = programs.console(words);
        assertThat(ended.exitCode()).as(ended.err()).isEqualTo(ExitCode.DONE);
        return JsonParser.parseString(ended.out()).getAsJsonObject();
    }

    @Test
    void a_log_is_explained_as_json() throws Exception {
        JsonObject explained = diagnose("--exit", "1");

        assertThat(explained.get("reason").getAsString()).isEqualTo("FLOOD_WAIT");
        assertThat(explained.get("confidence").getAsString()).isEqualTo("PROBABLE");
        assertThat(explained.get("retryAfterSeconds").getAsLong()).isEqualTo(4711);
        assertThat(explained.get("evidence").getAsJsonArray()).isNotEmpty();
        JsonObject line = explained.get("logEvidence").getAsJsonArray().get(0).getAsJsonObject();
        assertThat(line.get("offset").getAsInt()).isEqualTo(LOG.indexOf("telethon"));
        assertThat(explained.get("advice").getAsString()).isNotBlank();
        assertThat(data).doesNotExist();
    }

    @Test
    void facts_on_the_command_line_come_first() throws Exception {
        assertThat(diagnose("--signal", "9").get("reason").getAsString()).isEqualTo("KILLED_BY_SIGNAL");
        assertThat(diagnose("--exit", "143", "--stopped-by-us").get("reason").getAsString())
                .isEqualTo("STOPPED_ON_REQUEST");
    }

    @Test
    void rules_of_a_data_directory_are_asked_and_bad_ones_are_told() throws Exception {
        Path rules = Files.createDirectories(data.resolve("rules.d"));
        Files.writeString(rules.resolve("shop.json"), """
                {"rules":[
                  {"id":"shop.flood","reason":"ACCOUNT_BANNED","pattern":"FloodWaitError"},
                  {"id":"shop.bad","reason":"SUNSPOTS","pattern":"x"}]}
                """);

        Programs.Ended ended = programs.console("diagnose", log.toString(), "--exit", "1", "--data", data.toString());

        assertThat(ended.out())
                .startsWith("Account banned (ACCOUNT_BANNED, probable)")
                .contains("rules.d/shop.json");
        assertThat(ended.err()).contains("SUNSPOTS").hasLineCount(1);
    }

    @Test
    void wrong_usage_is_one_line() throws Exception {
        for (String[] words : new String[][] {
            {"diagnose"},
            {"diagnose", home.resolve("none").toString()},
            {"diagnose", log.toString(), "--exit", "256"},
            {"diagnose", log.toString(), "--exit", "1", "--signal", "9"},
            {"why"},
            {"why", "5", "--since", "7d"},
            {"why", "--all", "--since", "soon"}
        }) {
            Programs.Ended ended = programs.console(words);

            assertThat(ended.exitCode()).as(String.join(" ", words)).isEqualTo(ExitCode.USAGE);
            assertThat(ended.err()).hasLineCount(1);
        }
    }

    @Test
    void stops_of_all_accounts_are_counted_and_an_account_has_its_timeline() throws Exception {
        for (String account : new String[] {"1", "2"}) {
            programs.console(
                    "start",
                    "--create",
                    account,
                    "--data",
                    data.toString(),
                    "--version",
                    "v" + account,
                    "--",
                    "sh",
                    "-c",
                    "exit 3");
        }

        JsonObject counts = JsonParser.parseString(programs.console(
                                "why", "--all", "--since", "1h", "--by", "version", "--json", "--data", data.toString())
                        .out())
                .getAsJsonObject();
        assertThat(counts.get("total").getAsInt()).isEqualTo(2);
        assertThat(counts.get("reasons").getAsJsonObject().get("UNKNOWN").getAsInt())
                .isEqualTo(2);
        assertThat(counts.get("versions")
                        .getAsJsonObject()
                        .get("v2")
                        .getAsJsonObject()
                        .get("UNKNOWN")
                        .getAsInt())
                .isEqualTo(1);
        assertThat(programs.console("why", "--all", "--data", data.toString()).out())
                .contains("2 stops since")
                .contains("2  Unknown (UNKNOWN)");
        assertThat(programs.console("why", "1", "--data", data.toString()).out())
                .contains("Timeline")
                .contains("started worker")
                .doesNotContain("failed to start");
    }
}
