package io.workersupervisor.examples.console.legacy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.workersupervisor.AccountId;
import io.workersupervisor.examples.console.frame.Output;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/**
 * The move of one account: found in the registry, or confirmed by a person.
 *
 * @param process the process of this number, where one lives
 * @param why the reason of an action other than END
 */
public record Step(AccountId account, OptionalLong pid, Action action, Optional<OldProcess> process, String why) {
    /** The acts of a move. */
    public enum Action {
        /** Ends the process, then starts the account. */
        END,
        /** Starts the account; of a process of that number it knows that it is not the account's. */
        START,
        /** Nothing. */
        LEAVE
    }

    /**
     * One step for each account and for each process that it may have.
     *
     * @param leave why an account is left alone, apart from its rows
     */
    public static List<Step> of(List<LegacyRegistry.Row> rows, Function<AccountId, Optional<String>> leave) {
        Map<AccountId, Set<OptionalLong>> pids = new LinkedHashMap<>();
        rows.forEach(row -> pids.computeIfAbsent(row.account(), any -> new LinkedHashSet<>())
                .add(row.pid()));
        List<Step> steps = new ArrayList<>();
        pids.forEach((account, own) -> {
            List<Step> found = own.stream().map(pid -> of(account, pid)).toList();
            List<Step> living =
                    found.stream().filter(step -> step.action != Action.START).toList();
            Optional<String> left = leave.apply(account);
            boolean isShared = pids.entrySet().stream()
                    .anyMatch(other -> !other.getKey().equals(account)
                            && living.stream()
                                    .anyMatch(step -> step.pid.isPresent()
                                            && other.getValue().contains(step.pid)));
            String doubt = isShared
                    ? "rows of other accounts name the same process"
                    : living.size() > 1 ? "its rows name " + living.size() + " processes" : "";
            if (living.isEmpty()) {
                Step last = found.get(found.size() - 1);
                steps.add(left.map(last::left).orElse(last));
            }
            living.forEach(step -> steps.add(left.map(step::left)
                    .orElse(doubt.isEmpty() || step.action == Action.LEAVE ? step : step.left(doubt))));
        });
        return steps;
    }

    private static Step of(AccountId account, OptionalLong pid) {
        if (pid.isEmpty()) {
            return new Step(account, pid, Action.LEAVE, Optional.empty(), "its row names no process");
        }
        try {
            Optional<OldProcess> process = OldProcess.find(pid.getAsLong());
            if (process.isEmpty()) {
                return new Step(account, pid, Action.START, process, "no process of this number lives");
            }
            Step end = new Step(account, pid, Action.END, process, "");
            Optional<String> other =
                    process.get().owner().filter(owner -> !owner.equals(System.getProperty("user.name")));
            if (process.get().command().isEmpty()) {
                return end.left("the process has no command line");
            }
            return other.map(owner -> end.left("the process belongs to " + owner))
                    .orElse(end);
        } catch (IOException inDoubt) {
            return new Step(account, pid, Action.LEAVE, Optional.empty(), String.valueOf(inDoubt.getMessage()));
        }
    }

    private Step left(String reason) {
        return new Step(account, pid, Action.LEAVE, process, reason);
    }

    /** The fields of the plan, and of JSON. */
    public Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("account", account);
        fields.put("pid", pid);
        fields.put("action", action);
        fields.put("why", why);
        process.ifPresent(one -> {
            fields.put("command", one.command());
            fields.put("started_at", one.startedAt());
            fields.put("owner", one.owner());
            fields.put("start_ticks", one.startTicks());
            fields.put("boot_id", one.boot());
            fields.put("command_sha256", one.commandHash());
        });
        return fields;
    }

    /** Writes the steps that do something to a new file, one on each line, for its owner alone. */
    public static void write(Path file, List<Step> steps) throws IOException {
        List<String> lines = steps.stream()
                .filter(step -> step.action != Action.LEAVE)
                .map(step -> Output.toJson(step.fields()))
                .toList();
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException there) {
            throw new IOException(
                    "the plan " + file + " exists already, and may have been read: name another file", there);
        }
        Files.write(file, lines, StandardOpenOption.WRITE);
    }

    /** Reads the steps that a person has confirmed. */
    public static List<Step> read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException("no such file: " + file);
        }
        Map<AccountId, Step> steps = new LinkedHashMap<>();
        List<String> lines = Files.readAllLines(file);
        for (int number = 1; number <= lines.size(); number++) {
            if (lines.get(number - 1).isBlank()) {
                continue;
            }
            try {
                Step step = parse(JsonParser.parseString(lines.get(number - 1)).getAsJsonObject());
                if (steps.put(step.account, step) != null) {
                    throw new IllegalArgumentException("account " + step.account + " stands in two lines");
                }
            } catch (RuntimeException bad) {
                throw new IOException(file + ", line " + number + ": " + bad.getMessage(), bad);
            }
        }
        return List.copyOf(steps.values());
    }

    private static Step parse(JsonObject line) {
        long pid = Long.parseLong(text(line, "pid"));
        Action action = Action.valueOf(text(line, "action"));
        Optional<OldProcess> process = action == Action.START && !line.has("start_ticks")
                ? Optional.empty()
                : Optional.of(new OldProcess(
                        pid,
                        Long.parseLong(text(line, "start_ticks")),
                        text(line, "boot_id"),
                        text(line, "command"),
                        text(line, "command_sha256"),
                        Optional.empty(),
                        Optional.empty()));
        return new Step(AccountId.parse(text(line, "account")), OptionalLong.of(pid), action, process, "");
    }

    private static String text(JsonObject line, String field) {
        if (!line.has(field) || !line.get(field).isJsonPrimitive()) {
            throw new IllegalArgumentException("field " + field + " is missing");
        }
        return line.get(field).getAsString();
    }

    /** Looks whether the process is still as it was confirmed, and why not; it may have ended. */
    public Optional<String> changed() throws IOException {
        Optional<OldProcess> now = OldProcess.find(pid.orElseThrow());
        if (now.isEmpty() || process.filter(now.get()::isSame).isPresent()) {
            return Optional.empty();
        }
        return Optional.of("pid " + pid.getAsLong() + " is another process than the confirmed one: "
                + now.get().command());
    }

    /** Tells whether the confirmed process lives and is to be ended. */
    public boolean isConfirmedAlive() throws IOException {
        Optional<OldProcess> now = OldProcess.find(pid.orElseThrow());
        return action == Action.END
                && process.flatMap(one -> now.filter(one::isSame)).isPresent();
    }

    /** Looks for another living process that the rows name for this account. */
    public Optional<String> rival(List<LegacyRegistry.Row> rows) throws IOException {
        for (LegacyRegistry.Row row : rows) {
            if (row.account().equals(account)
                    && row.pid().isPresent()
                    && !row.pid().equals(pid)
                    && OldProcess.find(row.pid().getAsLong()).isPresent()) {
                return Optional.of("the old registry names another process that lives now: pid "
                        + row.pid().getAsLong());
            }
        }
        return Optional.empty();
    }
}
