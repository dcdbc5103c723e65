package io.workersupervisor.internal.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.Samples;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** P7. */
class GuardTest {
    @Test
    void work_that_succeeds_is_run_and_nothing_told() {
        AtomicBoolean ran = new AtomicBoolean();

        Optional<Throwable> thrown = Guard.run("listener", Optional.empty(), () -> ran.set(true));

        assertThat(ran).isTrue();
        assertThat(thrown).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("throwables")
    void whatever_work_throws_is_contained_logged_and_returned(Throwable thrown) {
        List<Throwable> caught = new ArrayList<>();

        String log = logged(() -> Guard.run(
                        "listener", Optional.of(Samples.ACCOUNT), () -> GuardTest.<RuntimeException>raise(thrown))
                .ifPresent(caught::add));

        assertThat(caught).containsExactly(thrown);
        assertThat(log).contains(String.valueOf(thrown.getMessage()));
    }

    static Stream<Throwable> throwables() {
        return Stream.of(
                new IllegalStateException("state"),
                new Exception("checked"),
                new StackOverflowError("deep"),
                new NoClassDefFoundError("Missing"),
                new OutOfMemoryError("heap"));
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> void raise(Throwable thrown) throws T {
        throw (T) thrown;
    }

    @Test
    void what_was_thrown_is_logged_with_the_account() {
        String log = logged(() -> Guard.run("reconcile", Optional.of(Samples.ACCOUNT), () -> {
            throw new IllegalStateException("the row is odd");
        }));

        assertThat(log).contains("ERROR").contains("4711 reconcile failed").contains("the row is odd");
    }

    private static String logged(Runnable work) {
        PrintStream before = System.err;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        System.setErr(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            work.run();
        } finally {
            System.setErr(before);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
