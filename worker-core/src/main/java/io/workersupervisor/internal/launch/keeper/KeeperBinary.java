package io.workersupervisor.internal.launch.keeper;

import io.workersupervisor.internal.directory.OwnFiles;
import io.workersupervisor.internal.machine.Kernel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * The keeper's program: carried in the jar for each architecture, checked by length and SHA-256 against the list beside it
 * ({@code keeper.txt}), and written where it can be executed.
 */
public final class KeeperBinary {
    private static final Map<String, String> ARCHITECTURES = Map.of("amd64", "x86_64", "aarch64", "aarch64");

    private final byte[] bytes;
    private final String digest;

    /** Loads the program. */
    @FunctionalInterface
    public interface Source {
        KeeperBinary load() throws KeeperUnavailableException;
    }

    public KeeperBinary(byte[] bytes, String digest) {
        this.bytes = bytes;
        this.digest = digest;
    }

    /** The program for this machine. */
    public static KeeperBinary load() throws KeeperUnavailableException {
        String architecture = System.getProperty("os.arch", "unknown").toLowerCase(Locale.ROOT);
        if (!Kernel.isLinux() || !ARCHITECTURES.containsKey(architecture)) {
            throw new KeeperUnavailableException("there is none for " + System.getProperty("os.name") + " on "
                    + architecture + ", only for Linux on x86-64 and aarch64");
        }
        return load("keeper-linux-" + ARCHITECTURES.get(architecture));
    }

    public static KeeperBinary load(String name) throws KeeperUnavailableException {
        String line = new String(resource("keeper.txt"), StandardCharsets.UTF_8)
                .lines()
                .filter(listed -> listed.startsWith(name + " "))
                .findFirst()
                .orElseThrow(() -> new KeeperUnavailableException(name + " is not listed in the library's jar"));
        String[] words = line.split(" ", -1);
        byte[] bytes = resource(name);
        String digest = OwnFiles.sha256(bytes);
        if (words.length != 3 || !words[1].equals(Integer.toString(bytes.length)) || !words[2].equals(digest)) {
            throw new KeeperUnavailableException(name + " in the library's jar is damaged: it has " + bytes.length
                    + " bytes and SHA-256 " + digest + ", listed is " + line);
        }
        return new KeeperBinary(bytes, digest);
    }

    private static byte[] resource(String name) throws KeeperUnavailableException {
        try (InputStream in = KeeperBinary.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new KeeperUnavailableException(name + " is missing from the library's jar");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new KeeperUnavailableException(name + " in the library's jar cannot be read: " + e.getMessage());
        }
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    /** A short name of the build. */
    String version() {
        return digest.substring(0, 8);
    }

    /** Writes the program into a directory of ours. */
    Path install(Path directory) throws IOException {
        return OwnFiles.install(directory, "keeper-" + version(), bytes, "rwx------");
    }
}
