package io.workersupervisor.examples.console;

import java.util.Locale;
import java.util.Optional;

/** The options of all commands. */
enum Option {
    DATA(true),
    JSON(false),
    USER(true),
    SPEC_VERSION(true),
    DIR(true),
    ENV_FILE(true),
    START_GRACE(true),
    STOP_GRACE(true),
    LAST(true),
    ALL(false),
    SINCE(true),
    BY(true),
    EXIT(true),
    SIGNAL(true),
    STOPPED_BY_US(false),
    ACCOUNT(true),
    LEVEL(true),
    UNTIL(true),
    WORKER(true),
    BEFORE_END(false),
    FOLLOW(false),
    STOP_WORKERS(false),
    NO_LOGS(false),
    LOG_KEEP(true),
    LOG_BUDGET(true),
    MONGO(true),
    MONGO_PASSWORD_FILE(true),
    MONGO_PREFIX(true),
    REGISTRY(true),
    ACCEPT_MOVED_DIRECTORY(false);

    private final boolean takesValue;

    Option(boolean takesValue) {
        this.takesValue = takesValue;
    }

    boolean takesValue() {
        return takesValue;
    }

    /** As it is written on the command line. */
    @Override
    public String toString() {
        return "--" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Optional<Option> of(String word) {
        if (word.equals("-f")) {
            return Optional.of(FOLLOW);
        }
        for (Option option : values()) {
            if (option.toString().equals(word)) {
                return Optional.of(option);
            }
        }
        return Optional.empty();
    }
}
