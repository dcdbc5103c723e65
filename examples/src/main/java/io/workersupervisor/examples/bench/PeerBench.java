package io.workersupervisor.examples.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A supervisor that a benchmark commands through its standard input and output, so that others can stand beside it.
 *
 * <pre>{@code
 * PeerBench --n N --worker PATH --dir DIR --capture none|file [--launcher auto|keeper|sh|plain] [--start-grace MILLIS]
 *           [--trace FILE] -- WORKER_ARGS...
 * }</pre>
 *
 * It says {@code READY}. On {@code start} it starts N workers and keeps them running, {@code STARTED}; on {@code stop} it
 * ends them, {@code STOPPED}; on {@code settle} it collects garbage, {@code SETTLED}; on {@code quit} it exits. The rows
 * are in SQLite, durable, below DIR. With {@code plain} it is a bare {@link ProcessBuilder} that promises nothing.
 */
public final class PeerBench {
    private PeerBench() {}

    /**
     * Obeys until {@code quit} or the end of input.
     *
     * @param args as above
     * @throws IOException if standard input cannot be read
     */
    public static void main(String[] args) throws IOException {
        FleetOptions options;
        try {
            options = FleetOptions.parse(List.of(args));
        } catch (IllegalArgumentException wrong) {
            System.err.println("PeerBench: " + wrong.getMessage());
            System.exit(2);
            return;
        }
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (Fleet fleet = options.open()) {
            obey(fleet, orders, System.out);
        }
    }

    private static void obey(Fleet fleet, BufferedReader orders, PrintStream answers) throws IOException {
        say(answers, "READY");
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            switch (order) {
                case "start" -> {
                    fleet.start();
                    say(answers, "STARTED");
                }
                case "stop" -> {
                    fleet.stop();
                    say(answers, "STOPPED");
                }
                case "settle" -> {
                    fleet.settle();
                    say(answers, "SETTLED");
                }
                case "quit" -> {
                    return;
                }
                default -> System.err.println("PeerBench: unknown order " + order);
            }
        }
    }

    private static void say(PrintStream answers, String word) {
        answers.println(word);
        answers.flush();
    }
}
