package io.workersupervisor.internal.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.AccountId;
import io.workersupervisor.WorkerSpec;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerEnvironmentTest {
    private static final Map<String, String> PYTHON = Map.of("PYTHONUNBUFFERED", "1", "PYTHONFAULTHANDLER", "1");

    private static WorkerSpec.Builder spec() {
        return WorkerSpec.builder(AccountId.of(4711), "worker");
    }

    @Test
    void the_hosts_environment_is_inherited() {
        Map<String, String> variables = WorkerEnvironment.of(spec().build(), Map.of("PATH", "/bin", "LANG", "C"));

        assertThat(variables).containsEntry("PATH", "/bin").containsEntry("LANG", "C");
    }

    @Test
    void the_spec_wins_over_the_host() {
        Map<String, String> variables =
                WorkerEnvironment.of(spec().environment("LANG", "de_DE").build(), Map.of("LANG", "C"));

        assertThat(variables).containsEntry("LANG", "de_DE");
    }

    /** P8: nothing of the host's reaches a worker that shall have none of it. */
    @Test
    void a_clean_environment_holds_the_spec_and_the_defaults_only() {
        WorkerSpec spec = spec().cleanEnvironment().environment("A", "1").build();

        Map<String, String> variables =
                WorkerEnvironment.of(spec, Map.of("DB_PASSWORD", "s3cret", "PYTHONUNBUFFERED", ""));

        Map<String, String> wanted = new TreeMap<>(PYTHON);
        wanted.put("A", "1");
        assertThat(variables).containsExactlyInAnyOrderEntriesOf(wanted);
    }

    /** P3: a nested host's children would carry the mark of the worker that the host is, and die with it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "WORKER_ID",
                "WORKER_ACCOUNT",
                "WORKER_EPOCH",
                "WORKER_DATA",
                "WORKER_SESSION",
                "WORKER_READY_FILE",
                "WORKER_HEARTBEAT_FILE",
                "WORKER_REASON_FILE"
            })
    void a_host_that_is_itself_a_worker_does_not_pass_its_mark_on(String name) {
        Map<String, String> variables = WorkerEnvironment.of(spec().build(), Map.of(name, "of the host"));

        assertThat(variables).containsExactlyInAnyOrderEntriesOf(PYTHON);
    }

    @Test
    void a_variable_that_only_resembles_the_librarys_is_inherited() {
        Map<String, String> variables = WorkerEnvironment.of(spec().build(), Map.of("WORKER_IDS", "7"));

        assertThat(variables).containsEntry("WORKER_IDS", "7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"BASH_FUNC_which%%", "a.b", "A-B", "=C:", "1A", ""})
    void a_variable_that_a_shell_would_lose_is_lost_before_it(String name) {
        Map<String, String> variables = WorkerEnvironment.of(spec().build(), Map.of(name, "x"));

        assertThat(variables).containsExactlyInAnyOrderEntriesOf(PYTHON);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PYTHONUNBUFFERED", "PYTHONFAULTHANDLER"})
    void pythons_variables_are_set_unless_they_are_given(String name) {
        assertThat(WorkerEnvironment.of(spec().build(), Map.of())).containsEntry(name, "1");
        assertThat(WorkerEnvironment.of(spec().build(), Map.of(name, "0"))).containsEntry(name, "0");
        assertThat(WorkerEnvironment.of(spec().environment(name, "").build(), Map.of(name, "0")))
                .containsEntry(name, "");
    }

    @Test
    void a_variable_that_is_inherited_as_it_is_is_not_written_again() {
        Map<String, String> written = new HashMap<>();
        Map<String, String> process = new HashMap<>(Map.of("KEPT", "\ufffd", "CHANGED", "1", "LOST", "x")) {
            @Override
            public String put(String name, String value) {
                written.put(name, value);
                return String.valueOf(super.put(name, value));
            }
        };

        WorkerEnvironment.set(process, Map.of("KEPT", "\ufffd", "CHANGED", "2", "NEW", "3"));

        assertThat(process).containsOnly(Map.entry("KEPT", "\ufffd"), Map.entry("CHANGED", "2"), Map.entry("NEW", "3"));
        assertThat(written).containsOnlyKeys("CHANGED", "NEW");
    }
}
