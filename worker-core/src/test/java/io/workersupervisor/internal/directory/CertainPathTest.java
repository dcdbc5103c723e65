package io.workersupervisor.internal.directory;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.DataDirectory;
import io.workersupervisor.HostProcess;
import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** P1: two hosts that are told the same path mean the same directory, or one of them is refused. */
class CertainPathTest {
    private static final String NFC = "b\\303\\274ro";
    private static final String NFD = "bu\\314\\210ro";
    private static final String LATIN_1 = "b\\374ro";

    private final Path home;

    CertainPathTest(@TempDir Path home) {
        this.home = home;
    }

    /** Runs {@link PathMain} where a shell says; {@code name} is the directory's, as printf takes it. */
    private String run(String name, String script, List<String> options, Object... words) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "/bin/sh",
                "-c",
                "unset LC_ALL LANG LC_CTYPE; cd '" + home + "'; name=$(printf '" + name + "'); mkdir -p \"$name\"\n"
                        + script,
                "sh"));
        command.addAll(HostProcess.command(options, PathMain.class, words));
        try (HostProcess jvm = HostProcess.start(command)) {
            return jvm.line();
        }
    }

    private String in(String locale, String name, Object... words) throws Exception {
        return run(
                name,
                (locale.isEmpty() ? "" : "export LC_ALL=" + locale + "; ") + "cd \"$name\"; exec \"$@\"",
                List.of(),
                words);
    }

    private long children() throws Exception {
        try (Stream<Path> all = Files.list(home)) {
            return all.count();
        }
    }

    private boolean isMade(String name) throws Exception {
        return new ProcessBuilder("/bin/sh", "-c", "[ -d \"$0/$(printf '" + name + "')/data/locks\" ]", home.toString())
                        .start()
                        .waitFor()
                == 0;
    }

    @ParameterizedTest
    @ValueSource(strings = {NFC, NFD, "plain"})
    void a_relative_path_is_taken_where_the_locale_has_its_letters(String name) throws Exception {
        assertThat(in("C.UTF-8", name, "open", "data")).isEqualTo("opened");
        assertThat(isMade(name)).isTrue();
        assertThat(children()).isOne();
    }

    @ParameterizedTest
    @CsvSource({"open,C", "open,POSIX", "open,''", "open-absolute,C", "open-absolute,''"})
    void a_relative_path_is_refused_where_the_locale_lacks_them(String how, String locale) throws Exception {
        assertThat(in(locale, NFC, how, "data")).startsWith("refused: ").contains("LC_ALL=C.UTF-8");
        assertThat(isMade(NFC)).isFalse();
        assertThat(children()).isOne();
    }

    @Test
    void a_directory_whose_name_was_once_made_of_question_marks_is_not_taken_for_the_right_one() throws Exception {
        Files.createDirectory(home.resolve("b??ro"));

        assertThat(in("C", NFC, "open", "data")).startsWith("refused: ");
        assertThat(in("C", NFC, "open-absolute", "data")).startsWith("refused: ");
        assertThat(home.resolve("b??ro")).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "C.UTF-8"})
    void a_relative_path_in_a_plain_directory_is_taken_in_every_locale(String locale) throws Exception {
        assertThat(in(locale, "plain", "open", "data")).isEqualTo("opened");
        assertThat(isMade("plain")).isTrue();
    }

    @Test
    void a_name_that_is_no_UTF_8_is_refused_there_too() throws Exception {
        assertThat(in("C.UTF-8", LATIN_1, "open", "data")).startsWith("refused: ");
        assertThat(in("C.UTF-8", LATIN_1, "open-absolute", "data")).startsWith("refused: ");
        assertThat(children()).isOne();
    }

    @Test
    void two_forms_of_one_letter_are_two_directories() throws Exception {
        in("C.UTF-8", NFC, "open", "data");
        in("C.UTF-8", NFD, "open", "data");

        assertThat(isMade(NFC) && isMade(NFD)).isTrue();
        assertThat(children()).isEqualTo(2);
    }

    @Test
    void a_plain_link_to_a_name_that_the_locale_lacks_is_refused() throws Exception {
        String script = "ln -s \"$name\" link; export LC_ALL=%s; exec \"$@\"";

        assertThat(run(NFC, script.formatted("C"), List.of(), "open", home + "/link"))
                .startsWith("refused: ");
        assertThat(run(NFC, script.formatted("C.UTF-8"), List.of(), "open", home + "/link"))
                .isEqualTo("opened");
    }

    @Test
    void a_relative_path_is_refused_where_the_working_directory_is_gone_or_another_one() throws Exception {
        assertThat(in("C.UTF-8", "gone", "open-after-removal", "data"))
                .startsWith("refused: ")
                .contains("(deleted)");
        assertThat(in("C.UTF-8", "gone", "open-after-removal", "data", "and-made-anew"))
                .startsWith("refused: ");
        assertThat(home.resolve("gone")).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"open", "spec"})
    void a_relative_path_is_refused_where_the_JVM_is_told_another_working_directory(String what) throws Exception {
        String refused = run("plain", "exec \"$@\"", List.of("-Duser.dir=" + home + "/plain"), what, "data");

        assertThat(refused).startsWith("refused: ").contains("-Duser.dir", home.toString());
        assertThat(home.resolve("plain")).isEmptyDirectory();
    }

    @Test
    void P6_a_worker_that_would_begin_in_another_directory_than_its_host_is_not_started() throws Exception {
        assertThat(in("C.UTF-8", NFC, "spec-of-host")).isEqualTo("found");
        assertThat(in("C", NFC, "spec-of-host")).contains("the spec names none", "LC_ALL=C.UTF-8");
    }

    /** P7. */
    @Test
    void an_entry_of_the_search_path_that_the_locale_lacks_is_passed_over() throws Exception {
        DataDirectory data = DataDirectory.open(home.resolve("data"));
        String script = "export LC_ALL=C PATH=\"$PWD/$name:$PATH\" XDG_RUNTIME_DIR=\"$PWD/$name\"; exec \"$@\"";

        assertThat(run(NFC, script, List.of(), "tools", data)).endsWith("/sh Ready");
    }

    @Test
    @Needs({Need.ROOT, Need.UNSHARE, Need.MOUNT})
    void a_lock_is_held_once_by_two_paths_to_one_directory() throws Exception {
        Path other = Files.createDirectory(home.resolve("other"));
        String script = "exec unshare -m sh -c 'mount --bind name other && exec \"$@\"' sh \"$@\"";

        assertThat(run("name", script, List.of(), "locks", home.resolve("name"), other))
                .isEqualTo("true false");
    }
}
