package io.workersupervisor.sqlite;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogRetention;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerSupervisor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A host whose workers write numbered lines at full speed, starts again those that were killed, and ends with its input.
 * A worker that wrote all its lines waits for TERM.
 */
final class LogTortureHost {
    /** Every line of a kind: plain ones, tracebacks, and tracebacks that take their time. */
    private static final String WORKER = """
            awk -v n="$1" -v id="$WORKER_ID" 'BEGIN {
                for (i = 0; i < n; i++) {
                    print "line " i " of worker " id ", which has more to say than that"
                    if (i % 499 == 498) {
                        print "Traceback (most recent call last):\\n  File \\"bot.py\\", line " i ", in run"
                        if (i % 998 == 997) { fflush(); system("sleep 0.05") }
                        print "    raise ValueError\\nValueError: no " i
                    }
                }
            }'
            exec sleep 600
            """;

    private LogTortureHost() {}

    public static void main(String[] args) throws IOException {
        DataDirectory data = DataDirectory.open(Path.of(args[0]));
        int workers = Integer.parseInt(args[1]);
        String lines = args[2];
        List<WorkerSpec> specs = IntStream.range(0, workers)
                .mapToObj(i -> WorkerSpec.builder(AccountId.of(i), "/bin/sh", "-c", WORKER, "worker", lines)
                        .startGrace(Duration.ZERO)
                        .build())
                .toList();
        try (SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(data);
                SqliteLogSink sink =
                        SqliteLogSink.builder(data).keepAtMost(1L << 40).build();
                WorkerSupervisor host = WorkerSupervisor.builder(data, registry)
                        .logSink(sink)
                        .logRetention(LogRetention.DEFAULT.archiveAt(1 << 20).atMost(1L << 40))
                        .reconcileInterval(Duration.ofMillis(200))
                        .build()) {
            host.ensureAll(specs);
            System.out.println("ready");
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String command = in.readLine(); command != null; command = in.readLine()) {
                host.reconcile();
                host.ensureAll(specs);
                System.out.println("answer ensured");
            }
        }
    }
}
