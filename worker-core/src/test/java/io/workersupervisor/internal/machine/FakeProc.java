package io.workersupervisor.internal.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A {@code /proc} made of files, in which processes can be in any state. */
public final class FakeProc {
    private final Path root;

    private FakeProc(Path root) {
        this.root = root;
        write("self", "environ", "HOME=/root\0");
    }

    /** One that shows process 1, and hence hides nobody. */
    public static FakeProc complete(Path root) {
        FakeProc proc = new FakeProc(root);
        proc.process(1).name("init");
        return proc;
    }

    /** One that hides the processes of others, as {@code hidepid} does. */
    static FakeProc hiding(Path root) {
        return new FakeProc(root);
    }

    public ProcFs view() {
        return new ProcFs(root);
    }

    /** A process that exists from now on: sleeping, leader of its group, without a readable environment. */
    public Entry process(long pid) {
        return new Entry(pid);
    }

    private void write(String entry, String file, String text) {
        try {
            Path directory = Files.createDirectories(root.resolve(entry));
            Files.writeString(directory.resolve(file), text, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One process; every change is written at once. */
    public final class Entry {
        private final long pid;
        private String name = "worker";
        private char state = 'S';
        private long group;
        private int threads = 1;
        private long ticks = 10_000;
        private long bytes = 5_000_000;
        private int waitStatus;

        private Entry(long pid) {
            this.pid = pid;
            this.group = pid;
            stat();
        }

        public Entry name(String value) {
            name = value;
            return stat();
        }

        public Entry state(char value) {
            state = value;
            return stat();
        }

        public Entry group(long value) {
            group = value;
            return stat();
        }

        public Entry threads(int value) {
            threads = value;
            return stat();
        }

        public Entry ticks(long value) {
            ticks = value;
            return stat();
        }

        public Entry bytes(long value) {
            bytes = value;
            return stat();
        }

        public Entry waitStatus(int value) {
            waitStatus = value;
            return stat();
        }

        /** What it was executed with; none for an environment that is empty. */
        public Entry environment(String... variables) {
            write(Long.toString(pid), "environ", words(variables));
            return this;
        }

        public Entry commandLine(String... words) {
            write(Long.toString(pid), "cmdline", words(words));
            return this;
        }

        /** Its line, whatever it was, is this. */
        public Entry statLine(String line) {
            write(Long.toString(pid), "stat", line);
            return this;
        }

        private Entry stat() {
            return statLine(line(pid, name, state, group, threads, ticks, Long.toString(bytes), waitStatus));
        }

        private static String words(String... words) {
            return words.length == 0 ? "" : String.join("\0", words) + "\0";
        }
    }

    /** The 52 fields as Linux 6 writes them; those that nobody reads hold 900 and their number. */
    public static String line(
            long pid, String name, char state, long group, int threads, long ticks, String bytes, int waitStatus) {
        return pid + " (" + name + ") " + state + " 906 " + group + " 908 909 910 911 912 913 914 915 916 917 918 919"
                + " 20 0 " + threads + " 0 " + ticks + " " + bytes + " 924 925 926 927 928 929 930 931 932 933 934 935"
                + " 936 937 17 1 940 941 942 943 944 945 946 947 948 949 950 951 " + waitStatus + "\n";
    }
}
