package io.workersupervisor;

import io.workersupervisor.internal.launch.shell.ShellScript;
import io.workersupervisor.internal.launch.shell.ShellTools;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;

/** The launcher's script with a command planted at one of its marks. */
public final class PlantedScript {
    /** The marks that every launch of a worker passes, in order. */
    public static final List<String> BEFORE_WORKER =
            List.of("#@spawned", "#@locked", "#@admitted", "#@forked", "#@born", "#@answered");

    /** Those that come when the worker has ended. */
    public static final List<String> AFTER_WORKER = List.of("#@ended", "#@recorded");

    private PlantedScript() {}

    /** Makes the file "reached" and waits for the file "go", but not for ever. */
    public static String delay(Path top) {
        return ": >" + top.resolve("reached") + "; n=0; while [ ! -e " + top.resolve("go")
                + " ] && [ $n -lt 3000 ]; do n=$((n + 1)); sleep 0.02; done";
    }

    static ShellScript at(String mark, String command, ShellTools tools) {
        String text = text();
        String planted = text.replaceFirst("(?m)^( *)" + mark + "$", "$1" + Matcher.quoteReplacement(command));
        if (planted.equals(text)) {
            throw new IllegalArgumentException("launcher.sh has no mark " + mark);
        }
        return new ShellScript(planted, tools);
    }

    private static String text() {
        try (InputStream in = ShellScript.class.getResourceAsStream("launcher.sh")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
