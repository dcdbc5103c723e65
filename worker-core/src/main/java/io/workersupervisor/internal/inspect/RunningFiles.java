package io.workersupervisor.internal.inspect;

import io.workersupervisor.internal.launch.shell.ShellScript;
import io.workersupervisor.internal.launch.shell.ShellTools;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Examines whether this process can run programs and load classes: a JDK or a jar that is replaced beneath it takes that away
 * for as long as it lives. Remembers the files as they were when this was made. Thread-safe.
 */
public final class RunningFiles {
    private final ShellScript script;
    private final Map<Path, String> before = new LinkedHashMap<>();

    public RunningFiles(ShellScript script) {
        this(script, files());
    }

    RunningFiles(ShellScript script, Stream<Path> files) {
        this.script = script;
        files.forEach(file -> before.put(file, mark(file)));
    }

    /** The JDK's classes, its program that runs others, and the library's own jar. */
    private static Stream<Path> files() {
        Path libraries = Path.of(System.getProperty("java.home"), "lib");
        Stream<Path> own =
                Optional.ofNullable(RunningFiles.class.getProtectionDomain().getCodeSource())
                        .map(CodeSource::getLocation)
                        .flatMap(RunningFiles::fileOf)
                        .stream();
        return Stream.concat(Stream.of(libraries.resolve("modules"), libraries.resolve("jspawnhelper")), own)
                .filter(Files::isRegularFile);
    }

    /** A file's path; an address has other letters for blanks and for letters outside ASCII. */
    static Optional<Path> fileOf(URL location) {
        return location.getProtocol().equals("file")
                ? Optional.of(Path.of(URI.create(location.toString())))
                : Optional.empty();
    }

    private static String mark(Path file) {
        try {
            return Files.readAttributes(file, "unix:ino,size,lastModifiedTime").toString();
        } catch (IOException gone) {
            return "";
        }
    }

    /** The files that were replaced, changed or removed since. */
    public List<Path> replaced() {
        return before.keySet().stream()
                .filter(file -> !mark(file).equals(before.get(file)))
                .toList();
    }

    /** A sentence about each thing that this process cannot do; tries to run a program. */
    public List<String> findings() {
        String who = "this process, pid " + ProcessHandle.current().pid() + ", ";
        List<String> found = new ArrayList<>();
        List<String> answer = script.run("probe", ShellTools.NONE, "/nonexistent");
        if (!answer.equals(List.of("absent"))) {
            found.add(who + "can run no program: " + String.join("; ", answer)
                    + "; without a keeper it starts no worker and judges no lock");
        }
        List<Path> replaced = replaced();
        if (!replaced.isEmpty()) {
            found.add(who + "should be restarted, it may be unable to run programs or to load classes: replaced were "
                    + replaced);
        }
        return found;
    }
}
