package io.workersupervisor.internal.machine;

import io.workersupervisor.DataDirectoryException;
import io.workersupervisor.internal.text.Text;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A small file that is read as a whole: of the kernel's, or of a launch path. */
public final class SmallFile {
    private SmallFile() {}

    /** Its bytes, a character each; empty if there is no such file, {@link DataDirectoryException} if it cannot be read. */
    public static Optional<String> read(Path file) {
        for (int more = 1; ; more--) {
            try {
                return Optional.of(bytes(file));
            } catch (IOException e) {
                boolean unopened = e instanceof FileNotFoundException;
                if (unopened && Files.notExists(file)) {
                    return Optional.empty();
                }
                // A file that is there by now may have been made in between.
                if (!unopened || more == 0) {
                    throw new DataDirectoryException(file + " cannot be read: " + Text.reason(e), e);
                }
            }
        }
    }

    /** Its text, as {@link #read}. */
    public static Optional<String> readUtf8(Path file) {
        return read(file).map(SmallFile::utf8);
    }

    /** The text of bytes that were read a character each. */
    static String utf8(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /**
     * Reads by a stream: an interrupt of the thread makes a channel fail and a living process look dead. {@link
     * DataDirectoryException} if this process can open nothing more.
     */
    static String bytes(Path file) throws IOException {
        try (FileInputStream in = new FileInputStream(file.toFile())) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (FileNotFoundException notOpened) {
            Descriptors.requireOne();
            throw notOpened;
        }
    }
}
