package io.workersupervisor.examples.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The programs that start workers and keep them running: the launch paths of the library, and those to compare with. */
enum BenchPath {
    KEEPER,
    SH,
    JAVA,
    C;

    /** Tells whether the library is at work. */
    boolean isSupervised() {
        return this == KEEPER || this == SH;
    }

    /** As it is written in tables and on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The command line of a process that obeys {@link PeerBench}'s orders. */
    List<String> command(BenchOptions options, BenchPrograms programs, Path session, int count) {
        List<String> words = new ArrayList<>();
        if (this == C) {
            words.add(programs.spawner().orElseThrow().toString());
        } else {
            words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            words.addAll(options.flags());
            words.addAll(List.of("-cp", BenchPrograms.classPath(), PeerBench.class.getName()));
            words.addAll(List.of("--launcher", isSupervised() ? toString() : FleetOptions.PLAIN));
            words.addAll(
                    List.of("--start-grace", Long.toString(options.startGrace().toMillis())));
        }
        words.addAll(List.of(
                "--n", Integer.toString(count), "--worker", programs.worker().toString(), "--dir", session.toString()));
        return words;
    }
}
