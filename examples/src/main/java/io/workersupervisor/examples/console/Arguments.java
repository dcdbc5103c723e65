package io.workersupervisor.examples.console;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogLevel;
import io.workersupervisor.LogQuery;
import io.workersupervisor.WorkerRegistry;
import io.workersupervisor.WorkerSupervisor;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A command line, read and checked. Options may stand before, between and after the other words, as {@code --name value}
 * or {@code --name=value}; after {@code --} everything is the worker's command.
 */
final class Arguments {
    /** What the JVM makes of bytes that are no character in the locale. */
    private static final char UNDECODED = '\ufffd';

    private final Command command;
    private final Optional<AccountId> account;
    private final Optional<String> file;
    private final Map<Option, String> options;
    private final List<String> workerCommand;

    private Arguments(
            Command command,
            Optional<AccountId> account,
            Optional<String> file,
            Map<Option, String> options,
            List<String> workerCommand) {
        this.command = command;
        this.account = account;
        this.file = file;
        this.options = options;
        this.workerCommand = workerCommand;
    }

    static Arguments parse(List<String> words) {
        for (int word = 0; word < words.size(); word++) {
            require(
                    words.get(word).indexOf(UNDECODED) < 0,
                    "argument " + (word + 1) + " is no text in this locale: start with LC_ALL=C.UTF-8 or another UTF-8"
                            + " locale");
        }
        int end = words.indexOf("--");
        List<String> ours = end < 0 ? words : words.subList(0, end);
        List<String> workerCommand = end < 0 ? List.of() : List.copyOf(words.subList(end + 1, words.size()));
        Map<Option, String> options = new EnumMap<>(Option.class);
        List<String> operands = new ArrayList<>();
        for (int next = 0; next < ours.size(); next++) {
            String word = ours.get(next);
            if (!word.startsWith("-") || isNumber(word)) {
                operands.add(word);
                continue;
            }
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            Option option = Option.of(name).orElseThrow(() -> new UsageException("unknown option " + name));
            if (!option.takesValue()) {
                require(equals < 0, option + " takes no value");
                options.put(option, "");
                continue;
            }
            require(equals >= 0 || next + 1 < ours.size(), option + " needs a value");
            String value = equals < 0 ? ours.get(++next) : word.substring(equals + 1);
            require(!value.isBlank(), option + " needs a value");
            options.put(option, value);
        }
        return checked(operands, options, workerCommand, end >= 0);
    }

    private static Arguments checked(
            List<String> operands, Map<Option, String> options, List<String> workerCommand, boolean separated) {
        require(!operands.isEmpty(), "no command given");
        String name = operands.get(0);
        Command command =
                Command.of(name).orElseThrow(() -> new UsageException("unknown command " + Output.quoted(name)));
        for (Option option : options.keySet()) {
            require(command.takes(option), command + " takes no " + option);
        }
        if (command.equals(Command.START)) {
            require(!workerCommand.isEmpty(), "start needs the worker's command after --");
        } else {
            require(!separated, command + " takes nothing after --");
        }
        boolean isOfAll = command.operand() == Command.Operand.ACCOUNT_OR_ALL && options.containsKey(Option.ALL);
        int most = command.operand() == Command.Operand.NONE || isOfAll ? 1 : 2;
        require(
                operands.size() >= most,
                command + (command.operand() == Command.Operand.FILE ? " needs a file" : " needs an account"));
        require(
                operands.size() <= most,
                command + " does not take " + Output.quoted(operands.get(operands.size() - 1))
                        + (command.takes(Option.ACCOUNT) ? ": an account is given with " + Option.ACCOUNT : ""));
        Optional<String> operand = most == 2 ? Optional.of(operands.get(1)) : Optional.empty();
        boolean isAccount = command.operand() != Command.Operand.FILE;
        return new Arguments(
                command,
                operand.filter(word -> isAccount).map(Arguments::account),
                operand.filter(word -> !isAccount),
                options,
                workerCommand);
    }

    private static AccountId account(String word) {
        try {
            return AccountId.parse(word);
        } catch (IllegalArgumentException impossible) {
            throw new UsageException(String.valueOf(impossible.getMessage()));
        }
    }

    /** An account may be a negative number. */
    private static boolean isNumber(String word) {
        return word.matches("-[0-9]+");
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new UsageException(otherwise);
        }
    }

    Command command() {
        return command;
    }

    AccountId account() {
        return account.orElseThrow();
    }

    Path file() {
        try {
            return Path.of(file.orElseThrow());
        } catch (InvalidPathException impossible) {
            throw new UsageException("no path: " + Output.quoted(file.orElseThrow()));
        }
    }

    List<String> workerCommand() {
        return workerCommand;
    }

    boolean has(Option option) {
        return options.containsKey(option);
    }

    Optional<String> text(Option option) {
        return Optional.ofNullable(options.get(option));
    }

    Optional<Path> path(Option option) {
        return text(option).map(value -> {
            try {
                return Path.of(value).toAbsolutePath().normalize();
            } catch (InvalidPathException impossible) {
                throw new UsageException(option + " is no path: " + Output.quoted(value));
            }
        });
    }

    /** The data directory; it need not exist. */
    Path data() {
        return path(Option.DATA).orElseGet(() -> Path.of("data").toAbsolutePath());
    }

    /** Whether the registry is in MongoDB, too. */
    boolean hasSharedRegistry() {
        String kind = text(Option.REGISTRY).orElse("sqlite");
        require(
                kind.equals("sqlite") || kind.equals("mongo"),
                Option.REGISTRY + " must be sqlite or mongo, was " + Output.quoted(kind));
        return kind.equals("mongo");
    }

    /** Begins a supervisor as the options want it. */
    WorkerSupervisor.Builder supervisor(DataDirectory data, WorkerRegistry registry) {
        WorkerSupervisor.Builder supervisor = WorkerSupervisor.builder(data, registry);
        return has(Option.ACCEPT_MOVED_DIRECTORY) ? supervisor.acceptMovedDirectory() : supervisor;
    }

    /** A time given in seconds, with a fraction if need be. */
    Optional<Duration> seconds(Option option) {
        return text(option).map(value -> {
            require(value.matches("[0-9]{1,9}([.][0-9]{1,3})?"), option + " must be seconds, such as 2.5");
            return Duration.ofMillis(Math.round(Double.parseDouble(value) * 1_000));
        });
    }

    /** A small number. */
    Optional<Integer> number(Option option, int least, int most) {
        return text(option).map(value -> {
            boolean fits =
                    value.matches("[0-9]{1,5}") && Integer.parseInt(value) >= least && Integer.parseInt(value) <= most;
            require(fits, option + " must be " + least + " to " + most);
            return Integer.valueOf(value);
        });
    }

    /** How many log entries are wanted. */
    Optional<Integer> entries(Option option) {
        Optional<Integer> count = count(option);
        require(count.orElse(1) <= LogQuery.MOST, option + " must be at most " + LogQuery.MOST);
        return count;
    }

    Optional<AccountId> account(Option option) {
        return text(option).map(Arguments::account);
    }

    /** The least level that is wanted; by default every one. */
    LogLevel level() {
        return text(Option.LEVEL)
                .map(value -> Stream.of(LogLevel.values())
                        .filter(level -> level.name().equalsIgnoreCase(value))
                        .findFirst()
                        .orElseThrow(() -> new UsageException(Option.LEVEL + " must be one of "
                                + Stream.of(LogLevel.values())
                                        .map(LogLevel::name)
                                        .collect(Collectors.joining(", "))
                                + ", was " + Output.quoted(value))))
                .orElse(LogLevel.DEBUG);
    }

    Optional<String> worker() {
        return text(Option.WORKER).map(value -> {
            require(
                    value.matches("[0-9a-z]{26}"),
                    Option.WORKER + " must be a worker id, 26 letters and digits as ps and why show them, was "
                            + Output.quoted(value));
            return value;
        });
    }

    /** A time, given as such or by how long ago it was. */
    Optional<Instant> moment(Option option, Instant now) {
        return text(option)
                .map(value -> Moment.of(value, now, ZoneId.systemDefault())
                        .orElseThrow(() -> new UsageException(option + " must be how long ago, such as 90s, 30m, 24h or"
                                + " 7d, or a time such as 2026-11-24T10:15:00Z or 2026-11-24, was "
                                + Output.quoted(value))));
    }

    Optional<Duration> span(Option option) {
        return text(option)
                .map(value -> Moment.span(value)
                        .orElseThrow(() -> new UsageException(
                                option + " must be a time such as 90s, 30m, 24h or 7d, was " + Output.quoted(value))));
    }

    Optional<Integer> count(Option option) {
        return text(option).map(value -> {
            require(value.matches("[1-9][0-9]{0,5}"), option + " must be a number above 0");
            return Integer.valueOf(value);
        });
    }
}
