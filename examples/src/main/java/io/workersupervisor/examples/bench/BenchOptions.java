package io.workersupervisor.examples.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The measurements to make.
 *
 * @param directory its file system is what is measured; everything in it is below a new directory that is deleted again
 * @param paths launch paths, in the order of the columns
 * @param metrics the measurements of each
 * @param sizes the numbers of workers of mass starts
 * @param crowd the number of workers that are killed at once, stopped at once, and idle
 * @param rounds the number of rounds; the paths take turns
 * @param settled starts and restarts of single workers before those that count, in each session of each path alike
 * @param startGrace for the paths of the library
 * @param idle the time for which CPU is counted
 * @param limit after this long no round is begun
 * @param flags of the JVM of each path
 */
record BenchOptions(
        Path directory,
        List<BenchPath> paths,
        Set<Metric> metrics,
        List<Integer> sizes,
        int crowd,
        int rounds,
        int settled,
        Duration startGrace,
        Duration idle,
        Duration limit,
        List<String> flags) {
    static final String SMALL_JVM =
            "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx64m -Xss512k -XX:-UsePerfData --enable-native-access=ALL-UNNAMED";

    /** The kinds of measurements. */
    enum Metric {
        START,
        STEPS,
        RESTART,
        CRASH,
        MEMORY,
        IDLE
    }

    BenchOptions {
        paths = List.copyOf(paths);
        metrics = Set.copyOf(metrics);
        sizes = List.copyOf(sizes);
        flags = List.copyOf(flags);
    }

    static BenchOptions parse(List<String> words) {
        Path directory = Path.of(System.getProperty("java.io.tmpdir"));
        List<BenchPath> paths = List.of(BenchPath.values());
        Set<Metric> metrics = EnumSet.allOf(Metric.class);
        List<Integer> sizes = List.of(1, 200, 1_000);
        int crowd = 200;
        int rounds = 5;
        int settled = 20;
        long grace = 0;
        int idle = 60;
        int limit = 45;
        String flags = SMALL_JVM;
        for (int next = 0; next < words.size(); next += 2) {
            String name = words.get(next);
            if (next + 1 == words.size()) {
                throw new IllegalArgumentException(name + " needs a value");
            }
            String value = words.get(next + 1);
            switch (name) {
                case "--dir" -> directory = Path.of(value);
                case "--paths" -> paths = list(value).map(BenchPath::valueOf).toList();
                case "--metrics" ->
                    metrics = EnumSet.copyOf(list(value).map(Metric::valueOf).toList());
                case "--sizes" -> sizes = list(value).map(Integer::valueOf).toList();
                case "--crowd" -> crowd = Integer.parseInt(value);
                case "--rounds" -> rounds = Integer.parseInt(value);
                case "--settled" -> settled = Integer.parseInt(value);
                case "--start-grace" -> grace = Long.parseLong(value);
                case "--idle-seconds" -> idle = Integer.parseInt(value);
                case "--minutes" -> limit = Integer.parseInt(value);
                case "--jvm" -> flags = value;
                default -> throw new IllegalArgumentException("unknown option " + name);
            }
        }
        return new BenchOptions(
                directory.toAbsolutePath(),
                paths,
                metrics,
                sizes,
                crowd,
                rounds,
                settled,
                Duration.ofMillis(grace),
                Duration.ofSeconds(idle),
                Duration.ofMinutes(limit),
                flags.isBlank() ? List.of() : List.of(flags.strip().split("\\s+", -1)));
    }

    private static Stream<String> list(String value) {
        return Arrays.stream(value.toUpperCase(Locale.ROOT).split(",", -1));
    }

    BenchOptions with(List<BenchPath> some) {
        return new BenchOptions(
                directory, some, metrics, sizes, crowd, rounds, settled, startGrace, idle, limit, flags);
    }

    /** Samples that are taken one by one: this many in each round, so that all rounds together have twenty. */
    int samplesARound() {
        return (20 + rounds - 1) / rounds;
    }
}
