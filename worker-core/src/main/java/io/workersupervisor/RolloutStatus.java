package io.workersupervisor;

import io.workersupervisor.internal.text.Require;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A {@link Rollout} as it stands in the data directory. Immutable.
 *
 * @param state whether it goes on
 * @param why the reason for which it is halted, or who let it go on, and why; empty where it was not halted since it was begun,
 *     and where it is done
 * @param order who began it, and why
 * @param begunAt the time at which it was begun
 * @param batch the accounts that are being replaced, each with the worker that is to end
 * @param nextBatch the time of the next batch; empty where nothing is waited for
 * @param died the accounts that count for the halt, each with the reason
 * @param excused the accounts that count for no halt, because they did when it was begun or resumed
 * @param left the accounts that are left as they are because no spec of the version was found, or because they came back with
 *     another version, each with what was found
 */
public record RolloutStatus(
        Rollout rollout,
        State state,
        Optional<String> why,
        StopOrder order,
        Instant begunAt,
        Map<AccountId, String> batch,
        Optional<Instant> nextBatch,
        Map<AccountId, String> died,
        Set<AccountId> excused,
        Map<AccountId, String> left) {
    private static final int MOST_NAMED = 10;

    public RolloutStatus {
        Require.noneNull("rollout state why order begunAt", rollout, state, why, order, begunAt);
        Require.noneNull("batch nextBatch died excused left", batch, nextBatch, died, excused, left);
        batch = Collections.unmodifiableMap(new TreeMap<>(batch));
        died = Collections.unmodifiableMap(new TreeMap<>(died));
        excused = Set.copyOf(excused);
        left = Collections.unmodifiableMap(new TreeMap<>(left));
    }

    /** The states of a rollout. */
    public enum State {
        /** Batches follow each other. */
        RUNNING,
        /** Nothing more is replaced until a person resumes it, or begins another. */
        HALTED,
        /** Every worker that runs has the version, but those that are left. */
        DONE
    }

    /** The rollout in one line. */
    public String describe() {
        String text = "rollout to version " + rollout.version() + ", begun " + order.describe() + ", ";
        return text
                + switch (state) {
                    case RUNNING ->
                        "is under way" + why.map(resumed -> ", " + resumed).orElse("")
                                + (batch.isEmpty() ? "" : ", being replaced: " + named(batch))
                                + nextBatch.map(at -> ", next batch at " + at).orElse("");
                    case HALTED -> "is halted: " + why.orElse("");
                    case DONE -> "is done";
                }
                + (left.isEmpty() ? "" : ", left as they are: " + named(left));
    }

    /** Accounts with what is known of each; only the first are named. */
    public static String named(Map<AccountId, String> accounts) {
        return Require.nonNull("accounts", accounts).entrySet().stream()
                        .limit(MOST_NAMED)
                        .map(one -> one.getKey() + " (" + one.getValue() + ")")
                        .collect(Collectors.joining(", "))
                + (accounts.size() > MOST_NAMED ? " and " + (accounts.size() - MOST_NAMED) + " others" : "");
    }
}
