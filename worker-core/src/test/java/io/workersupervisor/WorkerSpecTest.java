package io.workersupervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.workersupervisor.internal.text.Text;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerSpecTest {
    private static final AccountId ACCOUNT = AccountId.of(4711);

    private static WorkerSpec.Builder builder() {
        return WorkerSpec.builder(ACCOUNT, "/bin/sleep", "60");
    }

    @Test
    void a_spec_has_the_documented_defaults() {
        WorkerSpec spec = WorkerSpec.of(ACCOUNT, "/bin/sleep", "60");

        assertThat(spec.account()).isEqualTo(ACCOUNT);
        assertThat(spec.command()).containsExactly("/bin/sleep", "60");
        assertThat(spec.environment()).isEmpty();
        assertThat(spec.cleanEnvironment()).isFalse();
        assertThat(spec.directory()).isEmpty();
        assertThat(spec.userId()).isEmpty();
        assertThat(spec.version()).isEmpty();
        assertThat(spec.startGrace()).isEqualTo(Duration.ofMillis(500));
        assertThat(spec.stopGrace()).isEqualTo(Duration.ofSeconds(10));
    }

    /** The JVM would replace it by a question mark. */
    @Test
    void a_word_that_the_platform_cannot_hand_on_is_refused_by_its_number() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WorkerSpec.builder(ACCOUNT, "sh", "a", "grüß")
                        .charset(StandardCharsets.US_ASCII)
                        .build())
                .withMessageContainingAll("argument 2 of account 4711", "US-ASCII", "LC_ALL=C.UTF-8");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WorkerSpec.builder(ACCOUNT, "grüß")
                        .charset(StandardCharsets.US_ASCII)
                        .build())
                .withMessageContaining("the program of account 4711");
    }

    /** P8. */
    @Test
    void a_variable_that_the_platform_cannot_hand_on_is_refused_by_its_name_alone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder()
                        .environment("PRICE", "5 €")
                        .charset(StandardCharsets.ISO_8859_1)
                        .build())
                .withMessageContainingAll("environment variable PRICE", "LC_ALL=C.UTF-8")
                .withMessageNotContaining("€");
    }

    @Test
    void what_the_platform_can_hand_on_is_taken() {
        WorkerSpec spec = WorkerSpec.builder(ACCOUNT, "sh", "äöü€")
                .environment("GREET", "grüß")
                .charset(StandardCharsets.UTF_8)
                .build();

        assertThat(spec.command()).containsExactly("sh", "äöü€");
    }

    @Test
    void a_spec_keeps_what_it_was_given() {
        WorkerSpec spec = builder()
                .environment(Map.of("A", "1"))
                .environment("B", "")
                .cleanEnvironment()
                .directory(Path.of("/srv"))
                .userId("user-a")
                .version("2.1")
                .startGrace(Duration.ZERO)
                .stopGrace(Duration.ofDays(1))
                .build();

        assertThat(spec.environment()).containsOnly(Map.entry("A", "1"), Map.entry("B", ""));
        assertThat(spec.cleanEnvironment()).isTrue();
        assertThat(spec.directory()).contains(Path.of("/srv"));
        assertThat(spec.userId()).contains("user-a");
        assertThat(spec.version()).contains("2.1");
        assertThat(spec.startGrace()).isZero();
        assertThat(spec.stopGrace()).isEqualTo(Duration.ofDays(1));
    }

    @Test
    void a_relative_directory_is_taken_from_the_hosts_own() {
        WorkerSpec spec = builder().directory(Path.of("work")).build();

        assertThat(spec.directory()).contains(Path.of("").toAbsolutePath().resolve("work"));
    }

    @Test
    void a_spec_does_not_change_with_its_builder() {
        WorkerSpec.Builder builder = builder().environment("A", "1");
        WorkerSpec spec = builder.build();

        builder.environment("A", "2");

        assertThat(spec.environment()).containsEntry("A", "1");
    }

    /** P8. */
    @Test
    void a_spec_prints_neither_arguments_nor_environment() {
        WorkerSpec spec = WorkerSpec.builder(ACCOUNT, "/bin/worker", "--token", "s3cret")
                .environment("API_HASH", "t0psecret")
                .build();

        assertThat(spec).hasToString("WorkerSpec[account=4711, program=/bin/worker, 2 arguments, 1 variables]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t"})
    void a_command_without_a_program_is_refused(String program) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WorkerSpec.of(ACCOUNT, program))
                .withMessage("command of account 4711 must name a program");
    }

    @Test
    void an_empty_command_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WorkerSpec.of(ACCOUNT))
                .withMessageContaining("4711");
    }

    /** P8: the word itself may be a secret. */
    @Test
    void a_nul_in_the_command_is_refused_and_only_its_place_named() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WorkerSpec.of(ACCOUNT, "/bin/worker", "s3cret\0"))
                .withMessage("command of account 4711 holds a NUL in word 1");
    }

    /** P8. */
    @Test
    void a_nul_in_a_variable_is_refused_without_its_value() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().environment("TOKEN", "s3cret\0"))
                .withMessage("environment variable TOKEN of account 4711 holds a NUL");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A=B", "1A", "A-B", "A.B", "A B", "Ä", "A\0", "A\n", "BASH_FUNC_x%%"})
    void a_variable_that_a_shell_would_lose_is_refused(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().environment(name, "s3cret"))
                .withMessageContaining(Text.quoted(name))
                .withMessageNotContaining("s3cret");
    }

    @ParameterizedTest
    @MethodSource("ownVariables")
    void the_librarys_own_variables_are_refused(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().environment(Map.of(name, "x")))
                .withMessage("environment variable " + name + " is set by the library, account 4711");
    }

    static Set<String> ownVariables() {
        return Set.of(
                "WORKER_ID",
                "WORKER_ACCOUNT",
                "WORKER_EPOCH",
                "WORKER_DATA",
                "WORKER_SESSION",
                "WORKER_READY_FILE",
                "WORKER_HEARTBEAT_FILE",
                "WORKER_REASON_FILE");
    }

    @ParameterizedTest
    @ValueSource(strings = {"WORKER", "WORKER_NAME", "worker_id", "_WORKER_ID", "A1_", "_"})
    void other_variables_are_taken(String name) {
        assertThat(builder().environment(name, "x").build().environment()).containsExactly(Map.entry(name, "x"));
    }

    @ParameterizedTest
    @MethodSource("labels")
    void a_label_has_1_to_256_characters(
            String parameter, BiFunction<WorkerSpec.Builder, String, WorkerSpec.Builder> label) {
        assertThatNoException().isThrownBy(() -> label.apply(builder(), "x".repeat(256)));

        for (String wrong : new String[] {"", " ", "x".repeat(257)}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> label.apply(builder(), wrong))
                    .withMessageStartingWith(parameter + " must have 1 to 256 characters, was ");
        }
    }

    static Stream<Arguments> labels() {
        BiFunction<WorkerSpec.Builder, String, WorkerSpec.Builder> userId = WorkerSpec.Builder::userId;
        BiFunction<WorkerSpec.Builder, String, WorkerSpec.Builder> version = WorkerSpec.Builder::version;
        return Stream.of(Arguments.of("userId", userId), Arguments.of("version", version));
    }

    @ParameterizedTest
    @MethodSource("graces")
    void a_grace_has_zero_to_one_day(
            String parameter, BiFunction<WorkerSpec.Builder, Duration, WorkerSpec.Builder> grace) {
        assertThatNoException().isThrownBy(() -> grace.apply(builder(), Duration.ZERO));
        assertThatNoException().isThrownBy(() -> grace.apply(builder(), Duration.ofDays(1)));

        for (Duration wrong : new Duration[] {
            Duration.ofNanos(-1),
            Duration.ofDays(1).plusNanos(1),
            ChronoUnit.FOREVER.getDuration(),
            Duration.ofHours(-3)
        }) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> grace.apply(builder(), wrong))
                    .withMessageStartingWith(parameter + " must be between 0 ms and 1 d 0 h, was ");
        }
    }

    static Stream<Arguments> graces() {
        BiFunction<WorkerSpec.Builder, Duration, WorkerSpec.Builder> start = WorkerSpec.Builder::startGrace;
        BiFunction<WorkerSpec.Builder, Duration, WorkerSpec.Builder> stop = WorkerSpec.Builder::stopGrace;
        return Stream.of(Arguments.of("startGrace", start), Arguments.of("stopGrace", stop));
    }
}
