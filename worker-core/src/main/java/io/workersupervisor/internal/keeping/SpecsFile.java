package io.workersupervisor.internal.keeping;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.Restart;
import io.workersupervisor.RestartPolicy;
import io.workersupervisor.StopReason;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerSpecs;
import io.workersupervisor.internal.text.Json;
import io.workersupervisor.internal.text.Text;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Specs in a file, a JSON object on each line, read again when the file has changed. It may hold secrets: a message names the
 * line and the field and never shows them.
 *
 * <pre>
 * {"account":4711,"command":["python3","bot.py"],"directory":"..","env":{"A":"b"},"envFile":"secrets/4711.env",
 *  "inherit":["PATH"],"userId":"..","version":"..","restart":{"policy":"standard","giveUpAfter":5}}
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
            Set.of("account", "command", "directory", "env", "envFile", "inherit", "userId", "version", "restart");

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
                && marks.entrySet().stream().allMatch(one -> mark(one.getKey()).equals(one.getValue()))) {
            return;
        }
        try {
            Map<Path, String> now = new LinkedHashMap<>(Map.of(file, mark(file)));
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

    private static String mark(Path file) {
        try {
            return Files.readAttributes(file, "unix:ino,size,lastModifiedTime,ctime")
                    .toString();
        } catch (IOException gone) {
            return "";
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

        private Path beside(String path) {
            return Objects.requireNonNull(file.getParent()).resolve(path);
        }

        private void variables(Path from, WorkerSpec.Builder spec) {
            now.put(from, mark(from));
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
            } catch (IllegalArgumentException | DataDirectoryException | NullPointerException showsTheValue) {
                throw new BadField(field, must);
            }
        }
    }
}
