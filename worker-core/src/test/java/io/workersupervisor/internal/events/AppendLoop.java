package io.workersupervisor.internal.events;

import io.workersupervisor.Samples;
import io.workersupervisor.WorkerEvent;
import java.io.IOException;
import java.nio.file.Path;

/** A host that tells many events: says "ready", waits for a word, appends long lines of one letter, says "done". */
final class AppendLoop {
    static final int LINES = 200;

    private AppendLoop() {}

    public static void main(String[] words) throws IOException {
        OperatorLog log = new OperatorLog(Path.of(words[0]));
        WorkerEvent event = Samples.trouble(words[1].repeat(3_000));
        System.out.println("ready");
        boolean told = System.in.read() >= 0;
        for (int line = 0; told && line < LINES; line++) {
            log.append(event);
        }
        System.out.println("done");
    }
}
