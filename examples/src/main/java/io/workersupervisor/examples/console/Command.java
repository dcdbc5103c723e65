package io.workersupervisor.examples.console;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A command of the console: what it takes beside the options of every command, and what runs it. */
record Command(String name, Operand operand, Set<Option> options, Program program) {
    static final Command START = new Command(
            "start",
            Operand.ACCOUNT,
            Set.of(
                    Option.USER,
                    Option.SPEC_VERSION,
                    Option.DIR,
                    Option.ENV_FILE,
                    Option.START_GRACE,
                    Option.STOP_GRACE,
                    Option.ACCEPT_MOVED_DIRECTORY),
            StartCommand::run);

    /** Where rows and log entries are. */
    private static final Set<Option> STORES =
            Set.of(Option.MONGO, Option.MONGO_PASSWORD_FILE, Option.MONGO_PREFIX, Option.REGISTRY);

    private static final List<Command> ALL = List.of(
            START,
            new Command("stop", Operand.ACCOUNT, Set.of(Option.ACCEPT_MOVED_DIRECTORY), StopCommand::run),
            new Command("ps", Operand.NONE, Set.of(), PsCommand::run),
            new Command(
                    "why",
                    Operand.ACCOUNT_OR_ALL,
                    Set.of(Option.LAST, Option.ALL, Option.SINCE, Option.BY),
                    WhyCommand::run),
            new Command(
                    "diagnose",
                    Operand.FILE,
                    Set.of(Option.EXIT, Option.SIGNAL, Option.STOPPED_BY_US),
                    DiagnoseCommand::run),
            new Command(
                    "logs",
                    Operand.NONE,
                    Set.of(
                            Option.ACCOUNT,
                            Option.LEVEL,
                            Option.SINCE,
                            Option.UNTIL,
                            Option.LAST,
                            Option.WORKER,
                            Option.BEFORE_END),
                    LogsCommand::run),
            new Command("tail", Operand.ACCOUNT, Set.of(Option.FOLLOW, Option.LEVEL, Option.LAST), TailCommand::run),
            new Command("doctor", Operand.NONE, Set.of(), DoctorCommand::run),
            new Command(
                    "host",
                    Operand.NONE,
                    Set.of(
                            Option.STOP_WORKERS,
                            Option.NO_LOGS,
                            Option.LOG_KEEP,
                            Option.LOG_BUDGET,
                            Option.ACCEPT_MOVED_DIRECTORY),
                    HostCommand::run));

    /** What a command is about. */
    enum Operand {
        NONE,
        ACCOUNT,
        /** An account, or none with {@code --all}. */
        ACCOUNT_OR_ALL,
        FILE
    }

    /** What runs a command; the answer is the exit code. */
    @FunctionalInterface
    interface Program {
        int run(Arguments arguments, Output output) throws InterruptedException;
    }

    static Optional<Command> of(String name) {
        return ALL.stream().filter(command -> command.name().equals(name)).findFirst();
    }

    int run(Arguments arguments, Output output) throws InterruptedException {
        return program.run(arguments, output);
    }

    boolean takes(Option option) {
        return option == Option.DATA
                || option == Option.JSON
                || options.contains(option)
                || (operand != Operand.FILE && STORES.contains(option));
    }

    /** As it is written on the command line. */
    @Override
    public String toString() {
        return name;
    }
}
