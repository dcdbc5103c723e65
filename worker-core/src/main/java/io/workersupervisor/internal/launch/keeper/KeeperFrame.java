package io.workersupervisor.internal.launch.keeper;

import io.workersupervisor.internal.text.PlatformCharset;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Frames of the keeper's protocol: a length of 32 bits, little endian, and fields that end in NUL. The protocol stands at
 * the top of {@code keeper.c}.
 */
final class KeeperFrame {
    /** The limit of a keeper; the kernel refuses arguments and environments long before. */
    static final int LARGEST = 8 << 20;

    /** Paths, arguments and variables have the bytes that the JDK's own launch of a process would give them. */
    private static final Charset SYSTEM = PlatformCharset.CHARSET;

    private KeeperFrame() {}

    static Optional<ByteBuffer> encode(List<String> fields) {
        return encode(fields, List.of());
    }

    /** Empty if the frame is too large. The last fields are given as bytes, which are wiped. */
    static Optional<ByteBuffer> encode(List<String> fields, List<byte[]> last) {
        List<byte[]> parts = Stream.concat(fields.stream().map(field -> field.getBytes(SYSTEM)), last.stream())
                .toList();
        long length = parts.stream().mapToLong(part -> part.length + 1L).sum();
        if (length > LARGEST) {
            return Optional.empty();
        }
        ByteBuffer frame = ByteBuffer.allocate((int) length + 4).order(ByteOrder.LITTLE_ENDIAN);
        frame.putInt((int) length);
        for (byte[] part : parts) {
            frame.put(part).put((byte) 0);
            Arrays.fill(part, (byte) 0);
        }
        return Optional.of(frame.flip());
    }

    /** Takes the next whole frame out of the bytes that were read; empty if there is none yet. */
    static Optional<List<String>> take(ByteBuffer read) {
        if (read.remaining() < 4) {
            return Optional.empty();
        }
        int length = read.order(ByteOrder.LITTLE_ENDIAN).getInt(read.position());
        if (length < 1 || length > read.capacity() - 4) {
            throw new IllegalArgumentException("a frame of " + length + " bytes");
        }
        if (read.remaining() < length + 4) {
            return Optional.empty();
        }
        byte[] bytes = new byte[length];
        read.position(read.position() + 4).get(bytes);
        if (bytes[length - 1] != 0) {
            throw new IllegalArgumentException("a frame whose last field does not end");
        }
        return Optional.of(fields(bytes));
    }

    private static List<String> fields(byte[] bytes) {
        List<String> fields = new ArrayList<>();
        int from = 0;
        for (int at = 0; at < bytes.length; at++) {
            if (bytes[at] == 0) {
                fields.add(new String(bytes, from, at - from, SYSTEM));
                from = at + 1;
            }
        }
        return fields;
    }

    /** Overwrites a frame: environments hold secrets. */
    static void wipe(ByteBuffer frame) {
        frame.clear().put(new byte[frame.capacity()]);
    }
}
