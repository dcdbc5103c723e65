package io.workersupervisor.internal.directory;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.Rollout;
import io.workersupervisor.RolloutStatus;
import io.workersupervisor.StopOrder;
import io.workersupervisor.internal.text.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The last rollout of a data directory, in {@code data/rollout}; it is replaced as a whole.
 *
 * <pre>
 * {"version":"1.3","batch":50,"pause":600000,"halt":2,   the rollout; times in milliseconds
 *  "state":"RUNNING","why":"...",                        why it is halted, or who resumed it
 *  "by":"alice","because":"...","at":1764000000000,      who began it, why and when
 *  "now":[[4711,"01ja..."],...],                         the batch: the accounts, each with the worker that is to end
 *  "next":1764000600000,                                 the time of the next batch
 *  "died":[[4712,"UNHANDLED_EXCEPTION"]],                accounts that count for the halt
 *  "excused":[[4713,""]],                                accounts that do not
 *  "left":[[4714,"its spec gives version 1.2"]]}         accounts that keep another version
 * </pre>
 *
 * Thread-safe.
 */
public record RolloutFile(DataDirectory data) {
    private GuardedFile file() {
        return new GuardedFile(Layout.rollout(data));
    }

    /** The rollout that is stored; empty if there never was one, {@link DataDirectoryException} if it cannot be read. */
    public Optional<RolloutStatus> read() {
        return read(file().read());
    }

    /** Stores a rollout in place of the one that was seen; false if it has changed meanwhile. */
    public boolean replace(Optional<RolloutStatus> seen, RolloutStatus next) {
        AtomicBoolean won = new AtomicBoolean();
        file().change(text -> {
            won.set(read(text).equals(seen));
            return won.get() ? write(next) : text;
        });
        return won.get();
    }

    private Optional<RolloutStatus> read(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            Map<String, @Nullable Object> map = Json.object(text.strip());
            Rollout rollout = new Rollout(
                    text(map, "version").orElse(""),
                    (int) number(map, "batch"),
                    Duration.ofMillis(number(map, "pause")),
                    (int) number(map, "halt"));
            StopOrder order = new StopOrder(text(map, "by"), text(map, "because"), map.containsKey("application"));
            Optional<Instant> next =
                    map.containsKey("next") ? Optional.of(Instant.ofEpochMilli(number(map, "next"))) : Optional.empty();
            return Optional.of(new RolloutDraft(rollout, order, Instant.ofEpochMilli(number(map, "at")))
                    .state(RolloutStatus.State.valueOf(text(map, "state").orElse("")), text(map, "why"))
                    .batch(accounts(map, "now"), next)
                    .died(accounts(map, "died"))
                    .excused(accounts(map, "excused").keySet())
                    .left(accounts(map, "left"))
                    .status());
        } catch (IllegalArgumentException damaged) {
            throw new DataDirectoryException(
                    Layout.rollout(data) + " is damaged, remove it to begin another rollout: " + damaged.getMessage(),
                    damaged);
        }
    }

    private static Optional<String> text(Map<String, @Nullable Object> map, String name) {
        return map.get(name) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    private static long number(Map<String, @Nullable Object> map, String name) {
        if (map.get(name) instanceof Long number) {
            return number;
        }
        throw new IllegalArgumentException(name + " is no number");
    }

    private static Map<AccountId, String> accounts(Map<String, @Nullable Object> map, String name) {
        Map<AccountId, String> accounts = new TreeMap<>();
        if (map.get(name) instanceof List<?> all) {
            for (Object one : all) {
                if (!(one instanceof List<?> pair && pair.size() == 2 && pair.get(1) instanceof String text)) {
                    throw new IllegalArgumentException(name + " is no list of accounts");
                }
                accounts.put(AccountId.ofValue(pair.get(0)), text);
            }
        }
        return accounts;
    }

    private static String write(RolloutStatus status) {
        Map<String, @Nullable Object> map = Json.map(
                "version", status.rollout().version(),
                "batch", status.rollout().batch(),
                "pause", status.rollout().pauseBetween().toMillis(),
                "halt", status.rollout().haltAfter(),
                "state", status.state().name(),
                "why", status.why(),
                "by", status.order().by(),
                "because", status.order().because(),
                "application", status.order().isByApplication() ? Optional.of(true) : Optional.empty(),
                "at", status.begunAt().toEpochMilli(),
                "now", pairs(status.batch()),
                "next", status.nextBatch().map(Instant::toEpochMilli),
                "died", pairs(status.died()),
                "excused",
                        status.excused().stream()
                                .sorted()
                                .map(account -> List.of(account.value(), ""))
                                .toList(),
                "left", pairs(status.left()));
        return Json.write(map) + "\n";
    }

    private static List<List<Object>> pairs(Map<AccountId, String> accounts) {
        return accounts.entrySet().stream()
                .map(one -> List.of(one.getKey().value(), one.getValue()))
                .toList();
    }
}
