package io.workersupervisor.internal.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.DataDirectoryException;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class DescriptorsTest {
    @Test
    void those_that_are_left_can_be_opened_and_no_more() throws IOException, InterruptedException {
        assertThat(run(Exhausting.class)).contains("still true, then false").contains("wrong by 0");
    }

    /** P1 and P2. */
    @Test
    void process_that_cannot_be_looked_at_for_want_of_a_descriptor_is_neither_absent_nor_without_files()
            throws IOException, InterruptedException {
        assertThat(run(Looking.class))
                .contains("own process there", "own file there")
                .contains("exhausted: own process unknown", "exhausted: own file unknown");
    }

    @Test
    void program_is_not_started_without_room_for_its_pipes() throws IOException, InterruptedException {
        assertThat(run(Starting.class))
                .contains("program started", "with five left: program refused: " + Descriptors.NONE_LEFT)
                .contains("standard input is open: true");
    }

    /** In a process of its own, as the limit is that of a process. */
    private static String run(Class<?> program) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "/bin/sh",
                        "-c",
                        "ulimit -n 100; exec \"$0\" -cp \"$1\" \"$2\"",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        System.getProperty("java.class.path"),
                        program.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }

    private static List<FileInputStream> exhaust() {
        List<FileInputStream> all = new ArrayList<>();
        try {
            while (true) {
                all.add(new FileInputStream("/dev/null"));
            }
        } catch (IOException noneLeft) {
            return all;
        }
    }

    /** Opens files until there is no descriptor left. */
    static final class Exhausting {
        private Exhausting() {}

        public static void main(String[] args) {
            Descriptors.left();
            boolean before = Descriptors.hasRoom(1);
            int left = Descriptors.left();
            List<FileInputStream> all = exhaust();
            System.out.println("still " + before + ", then " + Descriptors.hasRoom(1));
            System.out.println("wrong by " + Math.max(0, Math.abs(all.size() - left) - 1));
        }
    }

    /** Looks at its own process, also without a descriptor. Each class is loaded before, for which one is needed, too. */
    static final class Looking {
        private Looking() {}

        public static void main(String[] args) throws IOException {
            say("loaded", () -> {
                throw new DataDirectoryException("loaded " + Descriptors.hasRoom(1));
            });
            try (FileInputStream own = new FileInputStream("/dev/null")) {
                look("");
                List<FileInputStream> all = exhaust();
                look("exhausted: ");
                say("held", () -> !all.isEmpty());
                own.available();
            }
        }

        private static void look(String when) {
            ProcFs proc = new ProcFs(Path.of("/proc"));
            long self = ProcessHandle.current().pid();
            say(when + "own process", () -> proc.stat(self).isPresent());
            say(when + "own file", () -> proc.hasOpen(self, Path.of("/dev/null")));
        }

        private static void say(String what, BooleanSupplier isThere) {
            String answer;
            try {
                answer = isThere.getAsBoolean() ? "there" : "absent";
            } catch (DataDirectoryException unknown) {
                answer = "unknown";
            }
            System.out.println(what + " " + answer);
        }
    }

    /** Starts a program, also with less room than it needs. */
    static final class Starting {
        private Starting() {}

        public static void main(String[] args) throws IOException {
            try (FileInputStream own = new FileInputStream("/dev/null")) {
                start("");
                List<FileInputStream> all = exhaust();
                for (FileInputStream one : all.subList(0, 5)) {
                    one.close();
                }
                start("with five left: ");
                own.available();
            }
            System.out.println("standard input is open: " + Files.exists(Path.of("/proc/self/fd/0")));
        }

        private static void start(String when) {
            try {
                Programs.start(new ProcessBuilder("true")).onExit().join();
                System.out.println(when + "program started");
            } catch (IOException refused) {
                System.out.println(when + "program refused: " + refused.getMessage());
            }
        }
    }
}
