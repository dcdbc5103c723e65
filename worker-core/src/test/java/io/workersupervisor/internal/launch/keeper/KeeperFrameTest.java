package io.workersupervisor.internal.launch.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames of the keeper's protocol. */
class KeeperFrameTest {
    private static final List<String> FIELDS = List.of("RUN", "w1", "42", "", "1000");

    @Test
    void a_frame_is_its_length_and_fields_that_end_in_nul() {
        ByteBuffer frame = KeeperFrame.encode(List.of("A", "")).orElseThrow();

        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        assertThat(bytes).containsExactly(3, 0, 0, 0, 'A', 0, 0);
    }

    @Test
    void what_is_encoded_is_taken_back_however_it_is_split() {
        ByteBuffer whole = KeeperFrame.encode(FIELDS).orElseThrow();
        ByteBuffer read = ByteBuffer.allocate(256);
        for (int sent = 0; whole.hasRemaining(); sent++) {
            read.flip();
            assertThat(KeeperFrame.take(read)).as("after %d bytes", sent).isEmpty();
            read.compact().put(whole.get());
        }

        read.flip();
        assertThat(KeeperFrame.take(read)).contains(FIELDS);
        assertThat(KeeperFrame.take(read)).isEmpty();
    }

    @Test
    void what_is_too_large_is_no_frame() {
        assertThat(KeeperFrame.encode(List.of("x".repeat(KeeperFrame.LARGEST)))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 1 << 20})
    void an_impossible_length_is_refused(int length) {
        ByteBuffer read = ByteBuffer.allocate(64).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        read.putInt(length).put(new byte[8]).flip();

        assertThatThrownBy(() -> KeeperFrame.take(read))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(Integer.toString(length));
    }

    @Test
    void a_frame_whose_last_field_does_not_end_is_refused() {
        ByteBuffer read = ByteBuffer.wrap(new byte[] {2, 0, 0, 0, 'A', 'B'});

        assertThatThrownBy(() -> KeeperFrame.take(read)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void P8_a_wiped_frame_holds_nothing() {
        ByteBuffer frame = KeeperFrame.encode(List.of("START", "TOKEN=secret")).orElseThrow();

        KeeperFrame.wipe(frame);

        byte[] bytes = new byte[frame.capacity()];
        frame.clear().get(bytes);
        assertThat(bytes).containsOnly(0);
    }
}
