package io.workersupervisor.internal.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.workersupervisor.DataDirectoryException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmallFileTest {
    @TempDir
    Path home;

    @Test
    void a_file_that_is_made_meanwhile_is_absent_or_read() throws Exception {
        for (int round = 0; round < 300; round++) {
            Path file = home.resolve("file" + round);
            CompletableFuture<String> reader = CompletableFuture.supplyAsync(() -> {
                Optional<String> text = Optional.empty();
                while (text.isEmpty()) {
                    text = SmallFile.read(file);
                }
                return text.get();
            });
            Files.createFile(file);

            assertThat(reader.get()).isEmpty();
        }
    }

    @Test
    void a_file_that_cannot_be_read_is_no_absent_one() {
        assertThatThrownBy(() -> SmallFile.read(home))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageStartingWith(home + " cannot be read: ");
    }
}
