package io.workersupervisor.internal.machine;

import io.workersupervisor.DataDirectoryException;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The file descriptors of this process. Whether there are some left is tried, as the words of a failure depend on the
 * language of the system.
 */
public final class Descriptors {
    /** The words for a process without any left. */
    public static final String NONE_LEFT =
            "this process can open no more files: raise its limit (ulimit -n), or look for"
                    + " files that the application leaves open";

    private static final File ANY = new File("/dev/null");

    private static final Path OWN = Path.of("/proc/self");
    private static final String LIMIT = "Max open files";

    private Descriptors() {}

    /** True if so many files can be opened now. */
    public static boolean hasRoom(int files) {
        List<FileInputStream> opened = new ArrayList<>();
        boolean room = open(files, opened);
        close(opened);
        return room;
    }

    /** The number that can be opened still; the largest number where that is not known. */
    public static int left() {
        String[] open = OWN.resolve("fd").toFile().list();
        if (open == null) {
            return hasRoom(1) ? Integer.MAX_VALUE : 0;
        }
        try {
            return SmallFile.bytes(OWN.resolve("limits"))
                    .lines()
                    .filter(line -> line.startsWith(LIMIT))
                    .map(line -> line.substring(LIMIT.length()).strip().split(" +", 2)[0])
                    .mapToInt(soft -> Integer.parseInt(soft) - open.length)
                    .findFirst()
                    .orElse(Integer.MAX_VALUE);
        } catch (IOException | NumberFormatException unknownOrUnlimited) {
            return Integer.MAX_VALUE;
        }
    }

    /** Demands one: without it, what cannot be read is neither absent nor hidden. */
    static void requireOne() {
        if (!hasRoom(1)) {
            throw new DataDirectoryException(NONE_LEFT);
        }
    }

    /** Opens until so many are open; false if there are no more. */
    static boolean open(int files, List<FileInputStream> opened) {
        try {
            while (opened.size() < files) {
                opened.add(new FileInputStream(ANY));
            }
            return true;
        } catch (FileNotFoundException none) {
            // A system without this file is not one that this look is for.
            return !ANY.exists();
        }
    }

    static void close(List<FileInputStream> opened) {
        for (FileInputStream one : opened) {
            try {
                one.close();
            } catch (IOException e) {
                throw new IllegalStateException("closing " + ANY + " cannot fail", e);
            }
        }
        opened.clear();
    }
}
