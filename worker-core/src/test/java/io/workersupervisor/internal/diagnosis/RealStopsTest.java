package io.workersupervisor.internal.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.Confidence;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.Explanation;
import io.workersupervisor.StopReason;
import io.workersupervisor.internal.text.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** P6, on the logs and exits of workers that really died. */
class RealStopsTest {
    /**
     * One death.
     *
     * @param accepted the reasons that are right when only log and exit are known, the best first
     */
    record Case(String name, ExitStatus exit, List<String> accepted, Optional<Duration> retryAfter) {
        Path log() {
            return resource("stops/" + name + ".log");
        }

        Explanation explain() {
            return Explanation.of(log(), exit);
        }

        boolean isRight(Explanation explained) {
            return accepted.contains(explained.reason().name());
        }

        boolean isConfident(Explanation explained) {
            return explained.confidence() != Confidence.POSSIBLE;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Path resource(String name) {
        try {
            URL url = RealStopsTest.class.getResource("/" + name);
            assertThat(url).as(name).isNotNull();
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static Stream<Case> cases() throws IOException {
        try (InputStream in = Objects.requireNonNull(RealStopsTest.class.getResourceAsStream("/stops/cases.json"))) {
            List<Case> cases = new ArrayList<>();
            for (Object item : list(Json.object(new String(in.readAllBytes(), StandardCharsets.UTF_8)), "cases")) {
                cases.add(parse(Json.asObject(item)));
            }
            return cases.stream();
        }
    }

    private static Case parse(Map<String, @Nullable Object> map) {
        Map<String, @Nullable Object> exit = Json.asObject(Objects.requireNonNull(map.get("exit")));
        return new Case(
                String.valueOf(map.get("name")),
                exit.get("code") instanceof Long code
                        ? new ExitStatus.Exited(code.intValue())
                        : new ExitStatus.Signalled(Integer.parseInt(String.valueOf(exit.get("signal")))),
                list(map, "accepted").stream().map(String::valueOf).toList(),
                Optional.ofNullable((Long) map.get("retry_after_s")).map(Duration::ofSeconds));
    }

    private static List<?> list(Map<String, @Nullable Object> map, String field) {
        return (List<?>) Objects.requireNonNull(map.get(field));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void log_and_exit_tell_why(Case death) {
        Explanation explained = death.explain();

        assertThat(death.accepted())
                .as("%s", explained)
                .contains(explained.reason().name());
        assertThat(explained.retryAfter()).isEqualTo(death.retryAfter());
        assertThat(explained.advice()).isNotBlank();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void a_stop_of_ours_is_one_whatever_the_log_says(Case death) {
        Explanation explained = Explanation.ofOwnStop(death.exit());

        assertThat(explained.reason()).isEqualTo(StopReason.STOPPED_ON_REQUEST);
        assertThat(explained.confidence()).isEqualTo(Confidence.CERTAIN);
    }

    /** Precision: of the confident answers, those that are right. Recall: of all deaths, those with a right answer. */
    @Test
    void no_confident_answer_is_wrong() throws IOException {
        List<String> wrong = new ArrayList<>();
        List<String> missed = new ArrayList<>();
        int confident = 0;
        int all = 0;
        for (Case death : cases().toList()) {
            Explanation explained = death.explain();
            all++;
            confident += death.isConfident(explained) ? 1 : 0;
            if (!death.isRight(explained)) {
                (death.isConfident(explained) ? wrong : missed).add(death + ": " + explained.reason());
            }
        }
        System.out.printf(
                "%d real deaths: precision %d/%d, recall %d/%d%n",
                all, confident - wrong.size(), confident, all - wrong.size() - missed.size(), all);

        assertThat(wrong).isEmpty();
        assertThat(missed).isEmpty();
    }
}
