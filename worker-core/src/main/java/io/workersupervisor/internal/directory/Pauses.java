package io.workersupervisor.internal.directory;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.StopOrder;
import io.workersupervisor.internal.text.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The accounts of a data directory that are left alone: nothing starts them but a person who names them. {@code data/paused}
 * has a JSON object on each line, without an account for all of them; it is replaced as a whole, and is not there where nothing
 * is paused.
 *
 * <pre>
 * {"account":4711,"by":"alice","why":"customer asked","at":1764000000000,"until":1764003600000}
 * </pre>
 *
 * Thread-safe.
 */
public record Pauses(DataDirectory data) {
    /**
     * One pause.
     *
     * @param account empty for all accounts of the data directory
     * @param until empty until somebody resumes
     */
    public record Pause(Optional<AccountId> account, StopOrder order, Instant at, Optional<Instant> until) {
        private boolean isOver(Instant now) {
            return until.filter(end -> !end.isAfter(now)).isPresent();
        }

        /** The pause in words. */
        public String words() {
            return "paused " + order.describe()
                    + until.map(end -> " until " + end).orElse("");
        }

        private static Pause read(String line) {
            try {
                return parse(line);
            } catch (IllegalArgumentException damaged) {
                StopOrder order =
                        StopOrder.byPerson().because("a line of the file paused is damaged; resume --all removes it");
                return new Pause(Optional.empty(), order, Instant.EPOCH, Optional.empty());
            }
        }

        private static Pause parse(String line) {
            Map<String, @Nullable Object> map = Json.object(line);
            Object account = map.get("account");
            return new Pause(
                    account == null
                            ? Optional.empty()
                            : Optional.of(
                                    account instanceof Long number
                                            ? AccountId.of(number)
                                            : AccountId.of(String.valueOf(account))),
                    new StopOrder(text(map, "by"), text(map, "why"), false),
                    time(map, "at").orElse(Instant.EPOCH),
                    time(map, "until"));
        }

        private static Optional<String> text(Map<String, @Nullable Object> map, String name) {
            return map.get(name) instanceof String text ? Optional.of(text) : Optional.empty();
        }

        private static Optional<Instant> time(Map<String, @Nullable Object> map, String name) {
            return map.get(name) instanceof Long millis ? Optional.of(Instant.ofEpochMilli(millis)) : Optional.empty();
        }

        private String line() {
            Map<String, @Nullable Object> map = Json.map();
            account.ifPresent(paused -> map.put("account", paused.value()));
            order.by().ifPresent(by -> map.put("by", by));
            order.because().ifPresent(why -> map.put("why", why));
            map.put("at", at.toEpochMilli());
            until.ifPresent(end -> map.put("until", end.toEpochMilli()));
            return Json.write(map) + "\n";
        }
    }

    /** The pauses that count at one moment. */
    public record Counting(List<Pause> pauses) {
        /** Tells whether all accounts are paused together. */
        public boolean isOfAll() {
            return pauses.stream().anyMatch(pause -> pause.account().isEmpty());
        }

        /** The pause of an account, by itself or with all others. */
        public Optional<Pause> of(AccountId account) {
            return pauses.stream()
                    .filter(pause -> pause.account().map(account::equals).orElse(true))
                    .findFirst();
        }
    }

    /** All that have not run out. A damaged line may have named any account, and so counts for all of them. */
    public Counting now(Instant now) {
        return new Counting(read(file().read(), now));
    }

    private static List<Pause> read(String text, Instant now) {
        return text.lines().map(Pause::read).filter(pause -> !pause.isOver(now)).toList();
    }

    private GuardedFile file() {
        return new GuardedFile(Layout.paused(data));
    }

    /** Adds a pause, in place of the one before. */
    public void add(Pause pause) {
        change(pause.at(), pauses -> {
            pauses.removeIf(before -> before.account().equals(pause.account()));
            pauses.add(pause);
            return pauses;
        });
    }

    /** Ends the pause of an account, or with an empty one that of all together; false if there was none. */
    public boolean remove(Optional<AccountId> account, Instant now) {
        return change(now, pauses -> {
            pauses.removeIf(pause -> pause.account().equals(account));
            return pauses;
        });
    }

    /** False where nothing that counts changed. */
    private boolean change(Instant now, UnaryOperator<List<Pause>> change) {
        AtomicBoolean changed = new AtomicBoolean();
        file().change(text -> {
            List<Pause> before = read(text, now);
            List<Pause> after = change.apply(new ArrayList<>(before));
            changed.set(!before.equals(after));
            return after.stream().map(Pause::line).collect(Collectors.joining());
        });
        return changed.get();
    }
}
