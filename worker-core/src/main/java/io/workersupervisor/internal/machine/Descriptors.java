package io.workersupervisor.internal.machine;

import io.workersupervisor.DataDirectoryException;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
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

    private Descriptors() {}

    /** True if so many files can be opened now. */
    public static boolean hasRoom(int files) {
        List<FileInputStream> opened = new ArrayList<>();
        boolean room = open(files, opened);
        close(opened);
        return room;
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
