package io.workersupervisor.internal.launch.shell;

import static org.assertj.core.api.Assertions.assertThat;

import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForeignProgramTest {
    private static final int RISC_V = 243;
    private static final int I386 = 3;

    @TempDir
    Path home;

    private Path file(byte[] content) throws IOException {
        return Files.write(home.resolve("worker"), content);
    }

    private static byte[] elf(int machine, ByteOrder order) {
        ByteBuffer head = ByteBuffer.allocate(64).order(order);
        head.put(new byte[] {0x7f, 'E', 'L', 'F', 2, (byte) (order == ByteOrder.BIG_ENDIAN ? 2 : 1), 1});
        return head.putShort(16, (short) 2).putShort(18, (short) machine).array();
    }

    @Test
    @Needs(Need.NO_EMULATOR)
    void a_program_of_another_machine_is_foreign_in_either_order_of_bytes() throws IOException {
        for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            assertThat(ForeignProgram.is(file(elf(RISC_V, order))))
                    .as("%s", order)
                    .isTrue();
        }
    }

    @Test
    void a_program_of_this_machine_or_of_its_32_bits_is_not() throws IOException {
        assertThat(ForeignProgram.is(Path.of("/proc/self/exe"))).isFalse();
        assertThat(ForeignProgram.is(file(elf(I386, ByteOrder.LITTLE_ENDIAN)))).isFalse();
    }

    @Test
    void a_file_too_short_for_a_program_is_left_to_the_shell() throws IOException {
        assertThat(ForeignProgram.is(file(new byte[] {0x7f, 'E', 'L', 'F'}))).isFalse();
    }
}
