package io.workersupervisor.examples.bench;

import io.workersupervisor.LaunchPath;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The settings of a fleet.
 *
 * @param count the number of workers
 * @param command the program of each, and its arguments
 * @param directory for everything that is written
 * @param links true if {@code directory/log} shall name the log files
 * @param path the launch path; empty for plain {@link ProcessBuilder}
 * @param startGrace the time that a worker must live for its start to count
 * @param trace gets the times of registry calls, if given
 */
record FleetOptions(
        int count,
        List<String> command,
        Path directory,
        boolean links,
        Optional<LaunchPath> path,
        Duration startGrace,
        Optional<Path> trace) {
    static final String PLAIN = "plain";

    FleetOptions {
        command = List.copyOf(command);
    }

    /** Reads {@code --name value} pairs, then {@code --} and the arguments of the worker. */
    static FleetOptions parse(List<String> words) {
        int count = 0;
        String worker = "";
        String directory = "";
        String capture = "none";
        String launcher = "auto";
        long grace = 0;
        Optional<Path> trace = Optional.empty();
        int next = 0;
        for (; next < words.size() && !words.get(next).equals("--"); next += 2) {
            require(next + 1 < words.size(), words.get(next) + " needs a value");
            String value = words.get(next + 1);
            switch (words.get(next)) {
                case "--n" -> count = Integer.parseInt(value);
                case "--worker" -> worker = value;
                case "--dir" -> directory = value;
                case "--capture" -> capture = value;
                case "--launcher" -> launcher = value;
                case "--start-grace" -> grace = Long.parseLong(value);
                case "--trace" -> trace = Optional.of(Path.of(value));
                default -> throw new IllegalArgumentException("unknown option " + words.get(next));
            }
        }
        require(!worker.isEmpty() && !directory.isEmpty(), "--worker and --dir must be given");
        require(
                capture.equals("none") || capture.equals("file"),
                "--capture " + capture + " is not offered: output goes to files");
        List<String> command = new ArrayList<>(List.of(worker));
        command.addAll(words.subList(Math.min(next + 1, words.size()), words.size()));
        return new FleetOptions(
                count,
                command,
                Path.of(directory),
                capture.equals("file"),
                launcher.equals(PLAIN)
                        ? Optional.empty()
                        : Optional.of(LaunchPath.valueOf(launcher.toUpperCase(Locale.ROOT))),
                Duration.ofMillis(grace),
                trace);
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /** The fleet, up and with nothing started. */
    Fleet open() {
        return path.isPresent() ? SupervisedFleet.open(this, path.get()) : new PlainFleet(this);
    }
}
