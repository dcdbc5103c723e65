package io.workersupervisor.internal.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DescriptorsTest {
    /** In a process of its own, as the limit is that of a process. */
    @Test
    void those_that_are_left_can_be_opened_and_no_more() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "/bin/sh",
                        "-c",
                        "ulimit -n 100; exec \"$0\" -cp \"$1\" \"$2\"",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        System.getProperty("java.class.path"),
                        Exhausting.class.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();

        assertThat(said).contains("still true, then false").contains("wrong by 0");
    }

    /** Opens files until there is no descriptor left. */
    static final class Exhausting {
        private Exhausting() {}

        public static void main(String[] args) {
            Descriptors.left();
            boolean before = Descriptors.hasRoom(1);
            List<FileInputStream> all = new ArrayList<>();
            int left = Descriptors.left();
            try {
                while (true) {
                    all.add(new FileInputStream("/dev/null"));
                }
            } catch (IOException noneLeft) {
                boolean after = Descriptors.hasRoom(1);
                System.out.println("still " + before + ", then " + after);
                System.out.println("wrong by " + Math.max(0, Math.abs(all.size() - left) - 1));
            }
        }
    }
}
