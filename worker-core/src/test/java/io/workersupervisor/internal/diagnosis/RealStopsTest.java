package io.workersupervisor.internal.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.Confidence;
import io.workersupervisor.Explanation;
import io.workersupervisor.StopReason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** P6, on the logs and exits of workers that really died. */
class RealStopsTest {
    static List<Death> cases() throws IOException {
        return Death.all("stops");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void log_and_exit_tell_why(Death death) {
        Explanation explained = death.explain();

        assertThat(death.accepted())
                .as("%s", explained)
                .contains(explained.reason().name());
        assertThat(explained.retryAfter()).isEqualTo(death.retryAfter());
        assertThat(explained.advice()).isNotBlank();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void a_stop_of_ours_is_one_whatever_the_log_says(Death death) {
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
        for (Death death : cases()) {
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
