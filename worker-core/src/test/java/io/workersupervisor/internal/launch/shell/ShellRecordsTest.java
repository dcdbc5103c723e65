package io.workersupervisor.internal.launch.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.Samples;
import io.workersupervisor.internal.directory.Layout;
import io.workersupervisor.internal.launch.LaunchRecords;
import io.workersupervisor.internal.launch.LaunchRecords.Birth;
import io.workersupervisor.internal.machine.Kernel;
import io.workersupervisor.internal.machine.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShellRecordsTest {
    private static final String WORKER = Samples.WORKER;
    private static final String PREFIX = ShellRecords.birthPrefix(WORKER, AccountId.of("Bot:1"), 12, Samples.MACHINE);
    private static final Birth BIRTH = new Birth(WORKER, "%42ot%3A1", 12, Samples.PROCESS, 4240);

    private final DataDirectory data;
    private final ShellRecords records;

    ShellRecordsTest(@TempDir Path home) {
        data = DataDirectory.open(home.resolve("data"));
        records = new ShellRecords(data);
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(Layout.records(data).resolve(name), text);
    }

    private void birth(String text) throws IOException {
        write(WORKER + ".birth", text);
    }

    private void exit(String text) throws IOException {
        write(WORKER + ".exit", text);
    }

    @Test
    void a_birth_is_read_as_the_launcher_wrote_it() throws IOException {
        birth(PREFIX + " 4242 10000 4240\n");

        assertThat(records.birth(WORKER)).contains(BIRTH);
    }

    @Test
    void the_documented_form_of_a_birth_is_the_written_one() {
        assertThat(PREFIX).isEqualTo("1 " + WORKER + " %42ot%3A1 12 boot-a pid:[1] time:[1]");
    }

    @Test
    void what_a_system_does_not_have_is_a_dash_and_empty_again() throws IOException {
        Kernel plain = new Kernel("", "", "", "");
        birth(ShellRecords.birthPrefix(WORKER, Samples.ACCOUNT, 1, plain) + " 4242 10000 4240\n");

        assertThat(records.birth(WORKER))
                .map(Birth::identity)
                .contains(new ProcessIdentity(4242, 10_000, 0, "", "", ""));
    }

    @Test
    void a_worker_that_was_not_born_has_no_records() {
        assertThat(records.birth(WORKER)).isEmpty();
        assertThat(records.exit(WORKER)).isEmpty();
    }

    @Test
    void a_torn_birth_is_not_there_yet() throws IOException {
        String line = PREFIX + " 4242 10000 4240\n";

        for (int length = 0; length < line.length(); length++) {
            birth(line.substring(0, length));

            assertThat(records.birth(WORKER)).as(line.substring(0, length)).isEmpty();
        }
    }

    /** P3: what a damaged record named as the worker would be signalled. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\n",
                "1 w a 12 boot-a pid:[1] time:[1] 4242 10000\n",
                "1 w a 12 boot-a pid:[1] time:[1] 4242 10000 4240 9\n",
                "2 w a 12 boot-a pid:[1] time:[1] 4242 10000 4240\n",
                "1 w a 12 boot-a pid:[1] time:[1] 0 10000 4240\n",
                "1 w a 12 boot-a pid:[1] time:[1] -7 10000 4240\n",
                "1 w a 12 boot-a pid:[1] time:[1] x 10000 4240\n",
                "1 w a 12 boot-a pid:[1] time:[1] 4242 x 4240\n",
                "1 w a 12 boot-a pid:[1] time:[1] 4242 10000 x\n",
                "1 w a x boot-a pid:[1] time:[1] 4242 10000 4240\n",
                "1 w a 12  pid:[1] time:[1] 4242 10000 4240 \n",
                "\0\0\0\0\n"
            })
    void a_damaged_birth_proves_nothing(String text) throws IOException {
        write("w.birth", text);

        assertThat(records.birth("w")).isEmpty();
    }

    @Test
    void a_birth_of_another_worker_is_none() throws IOException {
        write("other.birth", PREFIX + " 4242 10000 4240\n");

        assertThat(records.birth("other")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 127, 128, 137, 255})
    void an_exit_is_what_the_shell_saw_at_the_files_time(int status) throws IOException {
        exit(String.format("%-63s\n", WORKER + " " + status));
        Files.setLastModifiedTime(Layout.records(data).resolve(WORKER + ".exit"), FileTime.from(Samples.NOW));

        assertThat(records.exit(WORKER)).contains(LaunchRecords.Exit.of(ExitStatus.ofShell(status), Samples.NOW));
    }

    /** P6: an exit code is never invented. */
    @Test
    void the_room_kept_for_an_exit_is_none() throws IOException {
        exit(" ".repeat(64));

        assertThat(records.exit(WORKER)).isEmpty();
    }

    /** P6. */
    @Test
    void a_torn_exit_is_not_there_yet() throws IOException {
        String line = String.format("%-63s\n", WORKER + " 137");

        for (int length = 0; length < line.length(); length++) {
            exit(line.substring(0, length) + " ".repeat(64 - length));

            assertThat(records.exit(WORKER)).as("%s characters", length).isEmpty();
        }
    }

    /** P6. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\n",
                "01kas9g4bv0123456789abcdez 0\n",
                "01kas9g4bv0123456789abcdef\n",
                "01kas9g4bv0123456789abcdef \n",
                "01kas9g4bv0123456789abcdef x\n",
                "01kas9g4bv0123456789abcdef -1\n",
                "01kas9g4bv0123456789abcdef 1000\n",
                "01kas9g4bv0123456789abcdef 256\n",
                "01kas9g4bv0123456789abcdef 0 0\n",
                "\0\0\0\0\n"
            })
    void an_exit_of_another_worker_or_a_damaged_one_is_none(String text) throws IOException {
        exit(text);

        assertThat(records.exit(WORKER)).isEmpty();
    }

    @Test
    void records_that_cannot_be_read_are_named() throws IOException {
        Files.createDirectory(Layout.records(data).resolve(WORKER + ".exit"));

        assertThatExceptionOfType(DataDirectoryException.class)
                .isThrownBy(() -> records.exit(WORKER))
                .withMessageContaining(WORKER + ".exit cannot be read");
    }

    @Test
    void workers_are_those_with_either_record() throws IOException {
        write("b.birth", "");
        write("b.exit", "");
        write("a.exit", "");
        write("c.birth", "");
        write("c.birth.tmp", "");
        write("note", "");

        assertThat(records.workers()).containsExactly("a", "b", "c");
    }

    @Test
    void a_directory_that_was_only_looked_at_has_no_workers() throws IOException {
        Files.delete(Layout.records(data));

        assertThat(records.workers()).isEmpty();
    }

    @Test
    void an_acknowledged_worker_has_no_records_and_others_keep_theirs() throws IOException {
        birth(PREFIX + " 4242 10000 4240\n");
        exit(String.format("%-63s\n", WORKER + " 0"));
        write("other.birth", "");

        records.acknowledge(WORKER);
        records.acknowledge(WORKER);

        assertThat(records.workers()).containsExactly("other");
    }

    @Test
    void a_record_that_cannot_be_deleted_is_named() throws IOException {
        Path record = Files.createDirectory(Layout.records(data).resolve(WORKER + ".exit"));
        Files.createFile(record.resolve("in the way"));

        assertThatExceptionOfType(DataDirectoryException.class)
                .isThrownBy(() -> records.acknowledge(WORKER))
                .withMessageContaining(record.toString());
    }
}
