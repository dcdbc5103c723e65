package io.workersupervisor.internal.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Space is held back for starts and reports. */
class DiskReserveTest {
    private static final long MIB = 1 << 20;

    @TempDir
    private Path directory;

    private final AtomicLong usable = new AtomicLong(1_000 * MIB);

    @Test
    void the_reserve_is_given_up_when_the_disk_is_full_and_made_again_when_there_is_room() throws IOException {
        TailedDirectory node = new TailedDirectory(directory.resolve("data"));
        DiskReserve reserve = new DiskReserve(node.data, node.feed(), usable::get);
        Path file = node.data.path().resolve("reserve");

        assertThat(reserve.tick()).isZero();
        assertThat(file).hasSize(DiskReserve.SIZE);
        usable.set(MIB);
        assertThat(reserve.tick()).isPositive();
        assertThat(file).doesNotExist();
        usable.set(MIB + DiskReserve.SIZE);
        assertThat(reserve.tick()).isZero();
        assertThat(file).doesNotExist();
        usable.set(1_000 * MIB);
        assertThat(reserve.tick()).isZero();

        assertThat(file).hasSize(DiskReserve.SIZE);
        assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
        assertThat(node.told()).hasSize(2);
        assertThat(node.told().get(0)).contains("is full (1.0 MiB left)", "reserve of 4.0 MiB is given up");
        assertThat(node.told().get(1)).contains("has room again");
    }

    @Test
    void a_disk_that_stays_full_is_told_once() throws IOException {
        TailedDirectory node = new TailedDirectory(directory.resolve("data"));
        DiskReserve reserve = new DiskReserve(node.data, node.feed(), () -> 0);

        reserve.tick();
        reserve.tick();

        assertThat(node.told()).hasSize(1);
        assertThat(node.told().get(0)).contains("no reserve is left");
    }
}
