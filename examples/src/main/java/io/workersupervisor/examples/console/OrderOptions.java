package io.workersupervisor.examples.console;

import io.workersupervisor.StopOrder;
import io.workersupervisor.examples.console.frame.Call;
import io.workersupervisor.examples.console.frame.Values;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that say who orders something, and why. */
final class OrderOptions {
    @Option(
            names = "--by",
            paramLabel = "NAME",
            converter = Values.Text.class,
            description = "Who wants it. Default: the user of this session (SUDO_USER, USER).")
    private Optional<String> by = Optional.empty();

    @Option(
            names = "--why",
            paramLabel = "TEXT",
            converter = Values.Text.class,
            description = "Why; shown by ps and why.")
    private Optional<String> why = Optional.empty();

    StopOrder order(Call call) {
        try {
            Optional<String> name = by.or(() -> variable("SUDO_USER")).or(() -> variable("USER"));
            StopOrder order = name.map(StopOrder::by).orElseGet(StopOrder::byPerson);
            return why.map(order::because).orElse(order);
        } catch (IllegalArgumentException impossible) {
            throw call.wrong("--by, --why: " + impossible.getMessage());
        }
    }

    private static Optional<String> variable(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isBlank() && value.length() <= 128);
    }
}
