package io.workersupervisor.internal.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.Confidence;
import io.workersupervisor.Explanation;
import io.workersupervisor.StopReason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** P6, on deaths that strangers reported in public: how often log and exit tell why, and whom a wrong answer misleads. */
class PublicDeathsTest {
    /** The answers to some deaths. */
    static final class Score {
        final List<String> lines = new ArrayList<>();
        int all;
        int right;
        int waits;
        int waitsRight;
        int wrongCertain;
        /** Advice to start again where only a person can help. */
        int wrongStart;
        /** Advice to call a person where another start would do. */
        int wrongPerson;

        static Score of(List<Death> deaths, Function<Death, Explanation> answer) {
            Score score = new Score();
            deaths.forEach(death -> score.add(death, answer.apply(death)));
            return score;
        }

        void add(Death death, Explanation told) {
            all++;
            boolean isRight = death.isRight(told);
            right += isRight ? 1 : 0;
            boolean isWait = death.reason() == StopReason.FLOOD_WAIT;
            waits += isWait ? 1 : 0;
            waitsRight += isWait && isRight && death.retryAfter().equals(told.retryAfter()) ? 1 : 0;
            wrongCertain += !isRight && told.confidence() == Confidence.CERTAIN ? 1 : 0;
            boolean canHelp = death.accepted().stream()
                    .anyMatch(name -> StopReason.valueOf(name).restartCanHelp());
            boolean needsPerson = death.accepted().stream()
                    .anyMatch(name -> !StopReason.valueOf(name).restartCanHelp());
            wrongStart += !isRight && !canHelp && told.reason().restartCanHelp() ? 1 : 0;
            wrongPerson += !isRight && !needsPerson && !told.reason().restartCanHelp() ? 1 : 0;
            if (isWait && !death.retryAfter().equals(told.retryAfter())) {
                lines.add("  " + death.name() + ": wait " + told.retryAfter() + " for " + death.retryAfter());
            }
            if (!isRight) {
                lines.add(String.format(
                        "  %-40s %-20s %-18s %s %s",
                        death.name(), death.reason(), told.reason(), told.confidence(), told.evidence()));
            }
        }

        @Override
        public String toString() {
            return String.format(
                    "right %d of %d (%.1f %%), waits %d of %d, wrong: %d CERTAIN, %d \"start again\", %d \"a person\"",
                    right, all, 100.0 * right / all, waitsRight, waits, wrongCertain, wrongStart, wrongPerson);
        }
    }

    @Test
    void log_and_exit_tell_why() throws IOException {
        Score score = Score.of(Death.all("deaths"), Death::explain);

        System.out.println("public deaths: " + score);
        score.lines.forEach(System.out::println);
        assertThat(score.right).isGreaterThanOrEqualTo(score.all * 90 / 100);
        assertThat(score.wrongCertain).isZero();
        assertThat(score.wrongStart).isLessThanOrEqualTo(score.all * 3 / 100);
        assertThat(score.wrongPerson).isLessThanOrEqualTo(score.all * 3 / 100);
        assertThat(score.waitsRight).isGreaterThanOrEqualTo(score.waits * 95 / 100);
    }
}
