package io.workersupervisor.internal.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A file as it is at one moment: another mark means that it was made, written or touched since. */
public final class FileMark {
    private FileMark() {}

    /** The mark; empty if there is no such file, or it cannot be seen. */
    public static String of(Path file) {
        try {
            Map<String, Object> seen = Files.readAttributes(file, "unix:ino,size,lastModifiedTime,ctime");
            return seen.get("ino") + " " + seen.get("size") + " " + seen.get("lastModifiedTime") + " "
                    + seen.get("ctime");
        } catch (IOException | UnsupportedOperationException unseen) {
            return "";
        }
    }
}
