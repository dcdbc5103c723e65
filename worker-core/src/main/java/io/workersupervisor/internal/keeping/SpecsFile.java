package io.workersupervisor.internal.keeping;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.HealthLimits;
import io.workersupervisor.Readiness;
import io.workersupervisor.Restart;
import io.workersupervisor.RestartPolicy;
import io.workersupervisor.StopReason;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerSpecs;
import io.workersupervisor.internal.machine.FileMark;
import io.workersupervisor.internal.text.Json;
import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Specs in a file, a JSON object on each line, read again when the file has changed. It may hold secrets: a message names the
 * line and the field and never shows them.
 *
 * <pre>
 * {"account":4711,"command":["python3","bot.py"],"directory":"..","env":{"A":"b"},"envFile":"secrets/4711.env",
 *  "inherit":["PATH"],"userId":"..","version":"..","restart":{"policy":"standard","giveUpAfter":5},
 *  "ready":{"log":"^listening","within":"60s"},"health":{"heartbeat":"2m","memory":"512M","unable":"1m"}}
 * </pre>
 *
 * <ol>
 *   <li>A file that is missing, empty, half written, cannot be read, or is open to others: what was read last stays.
 *   <li>A line that is bad harms only its own account, which counts as not served.
 *   <li>An account that is in no line any more is not served: its worker is left as it is.
 * </ol>
 */
public final class SpecsFile implements WorkerSpecs {
    private static final Set<String> FIELDS =
            Set.of("account command directory env envFile inherit userId version restart ready health".split(" ", -1));

    private static final Pattern AMOUNT = Pattern.compile("([1-9][0-9]{0,8})([a-zA-Z]{1,2})");
    private static final Map<String, Duration> TIMES = Map.of(
            "ms", Duration.ofMillis(1),
            "s", Duration.ofSeconds(1),
            "m", Duration.ofMinutes(1),
            "h", Duration.ofHours(1));
    private static final Map<String, Long> SIZES = Map.of("K", 1L << 10, "M", 1L << 20, "G", 1L << 30);

    private static final Set<PosixFilePermission> OPEN_TO_OTHERS = Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private final Path file;
    /** The file and its env files as they were when they were read. */
    private Map<Path, String> marks = Map.of();

    private Map<AccountId, WorkerSpec> specs = Map.of();
    private List<String> problems = List.of();

    public SpecsFile(Path file) {
        this.file = DataDirectory.absolute(file);
    }

    @Override
    public synchronized Optional<WorkerSpec> find(AccountId account) {
        refresh();
        return Optional.ofNullable(specs.get(account));
    }

    @Override
    public synchronized Collection<AccountId> accounts() {
        refresh();
        return List.copyOf(specs.keySet());
    }

    @Override
    public synchronized List<String> problems() {
        return problems;
    }

    @Override
    public String toString() {
        return "specs in " + file;
    }

    private void refresh() {
        if (!marks.isEmpty()
                && marks.entrySet().stream()
                        .allMatch(one -> FileMark.of(one.getKey()).equals(one.getValue()))) {
            return;
        }
        try {
            Map<Path, String> now = new LinkedHashMap<>(Map.of(file, FileMark.of(file)));
            if (isOpenToOthers(file)) {
                problems = List.of(file + " may hold secrets and is open to others: set its mode to 0600");
                return;
            }
            String text = Files.readString(file);
            List<String> lines = text.lines().toList();
            if (text.isBlank() || (!text.endsWith("\n") && !isObject(lines.get(lines.size() - 1)))) {
                problems = List.of(file + " is empty or half written: what was read before stays");
            } else {
                read(lines, now);
            }
            marks = now;
        } catch (CharacterCodingException strange) {
            problems = List.of(file + " is no UTF-8 text");
        } catch (IOException e) {
            problems = List.of(file + " cannot be read: " + Text.reason(e));
        }
    }

    private static boolean isOpenToOthers(Path file) throws IOException {
        return Files.getPosixFilePermissions(file).stream().anyMatch(OPEN_TO_OTHERS::contains);
    }

    private static boolean isObject(String line) {
        try {
            Json.object(line);
            return true;
        } catch (IllegalArgumentException cut) {
            return false;
        }
    }

    private void read(List<String> lines, Map<Path, String> now) {
        Map<AccountId, WorkerSpec> found = new LinkedHashMap<>();
        List<String> wrong = new ArrayList<>();
        for (int number = 1; number <= lines.size(); number++) {
            String line = lines.get(number - 1);
            if (line.isBlank()) {
                continue;
            }
            try {
                WorkerSpec spec = new Line(Json.object(line), now).spec();
                if (found.putIfAbsent(spec.account(), spec) != null) {
                    wrong.add("line " + number + " of " + file + ": account " + spec.account()
                            + " is there twice, the first line counts");
                }
            } catch (BadField bad) {
                wrong.add("line " + number + " of " + file + ": " + bad.getMessage());
            } catch (IllegalArgumentException noJson) {
                wrong.add("line " + number + " of " + file + " is no JSON object");
            }
        }
        specs = found;
        problems = wrong;
    }

    /** Names the field; its cause may show the value and is left out. */
    private static final class BadField extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        BadField(String field, String must) {
            super("field " + field + " must " + must);
        }
    }

    /** One line. */
    private final class Line {
        private final Map<String, @Nullable Object> fields;
        private final Map<Path, String> now;

        Line(Map<String, @Nullable Object> fields, Map<Path, String> now) {
            this.fields = fields;
            this.now = now;
        }

        WorkerSpec spec() {
            fields.keySet().stream()
                    .filter(name -> !FIELDS.contains(name))
                    .findFirst()
                    .ifPresent(name -> {
                        throw new BadField(
                                Text.quoted(name),
                                "be one of "
                                        + String.join(
                                                ", ", FIELDS.stream().sorted().toList()));
                    });
            List<String> command = texts("command").orElseThrow(() -> new BadField("command", "be a list of texts"));
            WorkerSpec.Builder spec = bounded(
                    "command",
                    "be a program and its arguments",
                    () -> WorkerSpec.builder(account(), command.toArray(String[]::new)));
            text("directory").ifPresent(path -> bounded("directory", "be a path", () -> spec.directory(beside(path))));
            texts("inherit").ifPresent(names -> {
                spec.cleanEnvironment();
                names.forEach(name -> Optional.ofNullable(System.getenv(name))
                        .ifPresent(value -> variable("inherit", spec, name, value)));
            });
            text("envFile").ifPresent(path -> variables(bounded("envFile", "be a path", () -> beside(path)), spec));
            object("env").forEach((name, value) -> {
                if (!(value instanceof String text)) {
                    throw new BadField("env", "hold texts");
                }
                variable("env", spec, name, text);
            });
            text("userId").ifPresent(user -> bounded("userId", "have 1 to 256 characters", () -> spec.userId(user)));
            text("version").ifPresent(text -> bounded("version", "have 1 to 256 characters", () -> spec.version(text)));
            if (!object("restart").isEmpty()) {
                spec.restart(policy(object("restart")));
            }
            if (fields.containsKey("ready")) {
                spec.readyWhen(readiness(part("ready", Set.of("log", "file", "within"))));
            }
            spec.healthLimits(limits(part("health", Set.of("heartbeat", "memory", "unable"))));
            return spec.build();
        }

        private AccountId account() {
            Object account = fields.get("account");
            if (account instanceof Long number) {
                return AccountId.of(number);
            }
            return bounded(
                    "account",
                    "be an account",
                    () -> AccountId.of(text("account").orElse("")));
        }

        private RestartPolicy policy(Map<String, @Nullable Object> restart) {
            String name = restart.getOrDefault("policy", "standard") instanceof String text ? text : "";
            RestartPolicy policy = RestartPolicy.standard();
            if (name.equals("never")) {
                for (StopReason reason : StopReason.values()) {
                    policy = policy.on(reason, Restart.never());
                }
            } else if (!name.equals("standard")) {
                throw new BadField("restart.policy", "be standard or never");
            }
            Object limit = restart.get("giveUpAfter");
            if (limit == null) {
                return policy;
            } else if (!(limit instanceof Long ends) || ends < 1 || ends > 1_000) {
                throw new BadField("restart.giveUpAfter", "be a number from 1 to 1000");
            } else {
                for (StopReason reason : StopReason.values()) {
                    Restart before = policy.of(reason);
                    if (before.budget().isPresent()) {
                        policy = policy.on(reason, before.giveUpAfter(ends.intValue()));
                    }
                }
                return policy;
            }
        }

        /** The texts of an object that has no other fields than these. */
        private Map<String, String> part(String name, Set<String> known) {
            Map<String, String> part = new LinkedHashMap<>();
            object(name).forEach((field, value) -> {
                if (!known.contains(field) || !(value instanceof String text)) {
                    throw new BadField(
                            name,
                            "hold texts, of "
                                    + String.join(", ", known.stream().sorted().toList()) + " alone");
                }
                part.put(field, text);
            });
            return part;
        }

        private Readiness readiness(Map<String, String> ready) {
            String pattern = ready.get("log");
            String path = ready.get("file");
            if (pattern != null && path != null) {
                throw new BadField("ready", "have log or file");
            }
            Readiness sign = pattern != null
                    ? bounded("ready.log", "be a regular expression", () -> Readiness.logLine(pattern))
                    : path != null
                            ? bounded("ready.file", "be a path", () -> Readiness.file(beside(path)))
                            : Readiness.file();
            return time(ready, "ready.within", "be a time from 100ms to 24h, as 60s", sign::within)
                    .orElse(sign);
        }

        private HealthLimits limits(Map<String, String> health) {
            HealthLimits limits = HealthLimits.NONE;
            limits = time(health, "health.heartbeat", "be a time from 1s to 24h, as 2m", limits::withHeartbeat)
                    .orElse(limits);
            limits = time(health, "health.unable", "be a time up to 24h, as 1m", limits::withUnable)
                    .orElse(limits);
            HealthLimits timed = limits;
            return amount(
                            health,
                            "health.memory",
                            "be a size from 1M on, as 512M",
                            (number, unit) -> timed.withMemory(Math.multiplyExact(number, of(SIZES, unit))))
                    .orElse(timed);
        }

        private <T> Optional<T> time(Map<String, String> part, String field, String must, Function<Duration, T> made) {
            return amount(
                    part,
                    field,
                    must,
                    (number, unit) -> made.apply(of(TIMES, unit).multipliedBy(number)));
        }

        private static <T> T of(Map<String, T> units, String unit) {
            T found = units.get(unit);
            if (found == null) {
                throw new IllegalArgumentException("no unit: " + unit);
            }
            return found;
        }

        private <T> Optional<T> amount(
                Map<String, String> part, String field, String must, BiFunction<Long, String, T> made) {
            return Optional.ofNullable(part.get(field.substring(field.indexOf('.') + 1)))
                    .map(text -> bounded(field, must, () -> {
                        Matcher amount = AMOUNT.matcher(text);
                        if (!amount.matches()) {
                            throw new IllegalArgumentException(must);
                        }
                        return made.apply(Long.parseLong(amount.group(1)), amount.group(2));
                    }));
        }

        private Path beside(String path) {
            return Objects.requireNonNull(file.getParent()).resolve(path);
        }

        private void variables(Path from, WorkerSpec.Builder spec) {
            now.put(from, FileMark.of(from));
            try {
                if (isOpenToOthers(from)) {
                    throw new BadField("envFile", "name a file that is not open to others, of mode 0600");
                }
                for (String line : Files.readAllLines(from)) {
                    int split = line.indexOf('=');
                    if (line.isBlank() || line.startsWith("#")) {
                        continue;
                    } else if (split < 1) {
                        throw new BadField("envFile", "name a file of lines NAME=VALUE");
                    }
                    variable("envFile", spec, line.substring(0, split), line.substring(split + 1));
                }
            } catch (IOException e) {
                throw new BadField("envFile", "name a file that can be read: " + Text.reason(e));
            }
        }

        private void variable(String field, WorkerSpec.Builder spec, String name, String value) {
            bounded(
                    field,
                    "hold variables [A-Za-z_][A-Za-z0-9_]* that are not the library's own",
                    () -> spec.environment(name, value));
        }

        private Optional<String> text(String name) {
            Object value = fields.get(name);
            if (value != null && !(value instanceof String)) {
                throw new BadField(name, "be a text");
            }
            return Optional.ofNullable((String) value);
        }

        private Optional<List<String>> texts(String name) {
            Object value = fields.get(name);
            if (value == null) {
                return Optional.empty();
            } else if (!(value instanceof List<?> items) || !items.stream().allMatch(String.class::isInstance)) {
                throw new BadField(name, "be a list of texts");
            } else {
                return Optional.of(items.stream().map(String.class::cast).toList());
            }
        }

        private Map<String, @Nullable Object> object(String name) {
            Object value = fields.get(name);
            if (value != null && !(value instanceof Map)) {
                throw new BadField(name, "be an object");
            }
            return Json.asObjectOrEmpty(value);
        }

        private <T> T bounded(String field, String must, Supplier<T> made) {
            try {
                return made.get();
            } catch (BadField bad) {
                throw bad;
            } catch (IllegalArgumentException
                    | ArithmeticException
                    | DataDirectoryException
                    | NullPointerException showsTheValue) {
                throw new BadField(field, must);
            }
        }
    }
}
