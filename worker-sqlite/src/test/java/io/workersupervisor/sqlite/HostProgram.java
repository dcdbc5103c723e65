package io.workersupervisor.sqlite;

import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.PlantedScript;
import io.workersupervisor.SeamedHost;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.sqlite.WorkerEvidence.Kind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A host that does what its standard input says, and kills itself where it is told to.
 *
 * <pre>
 * start|ensure|restart ACCOUNT KIND    stop ACCOUNT    reconcile
 * -Dhost.kill=STEP#N    SIGKILL when it reaches that step for the N-th time, from 0
 * -Dhost.kill.at=#@M    its launchers kill it when they reach that mark
 * -Dhost.delay.at=#@M   its launchers wait there, see {@link PlantedScript#delay}
 * -Dhost.interval=MS    between two reconciles
 * </pre>
 */
final class HostProgram {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private HostProgram() {}

    public static void main(String[] words) throws IOException {
        WorkerEvidence evidence = WorkerEvidence.ofHost(words[0]);
        DataDirectory data = evidence.data();
        SqliteWorkerRegistry registry = SqliteWorkerRegistry.open(data);
        WorkerSupervisor.Builder builder = WorkerSupervisor.builder(data, registry)
                .launcher(evidence.launcher())
                .reconcileInterval(Duration.ofMillis(Long.getLong("host.interval", 3_600_000)));
        SeamedHost.atEachStep(builder, steps(System.getProperty("host.kill", "")));
        String mark = System.getProperty("host.kill.at");
        if (mark != null) {
            String kill = "kill -9 " + ProcessHandle.current().pid();
            SeamedHost.atMark(builder, mark, kill);
        }
        String delay = System.getProperty("host.delay.at");
        if (delay != null) {
            SeamedHost.atMark(builder, delay, PlantedScript.delay(evidence.top()));
        }
        WorkerSupervisor supervisor = builder.build();
        OUT.println("ready");
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            OUT.println("answer " + answer(supervisor, evidence, line.split(" ", -1)));
        }
        supervisor.close();
        registry.close();
    }

    private static String answer(WorkerSupervisor supervisor, WorkerEvidence evidence, String[] words) {
        if (words[0].equals("reconcile")) {
            return supervisor.reconcile().toString();
        }
        AccountId account = AccountId.parse(words[1]);
        if (words[0].equals("stop")) {
            return supervisor.stop(account).toString();
        }
        WorkerSpec spec = evidence.spec(account, Kind.valueOf(words[2]));
        return switch (words[0]) {
            case "start" -> supervisor.start(spec).toString();
            case "ensure" -> supervisor.ensure(spec).toString();
            case "restart" -> supervisor.restart(spec).toString();
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    private static Consumer<String> steps(String last) {
        Map<String, Integer> counts = new ConcurrentHashMap<>();
        return step -> {
            OUT.println("step " + step);
            int before = counts.merge(step, 1, Integer::sum) - 1;
            if (last.equals(step + "#" + before)) {
                killThisProcess();
            }
        };
    }

    static void killThisProcess() {
        try {
            new ProcessBuilder("sh", "-c", "kill -9 " + ProcessHandle.current().pid()).start();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        while (true) {
            LockSupport.parkNanos(Long.MAX_VALUE);
        }
    }
}
