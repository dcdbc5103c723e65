package io.workersupervisor.internal.diagnosis;

import io.workersupervisor.Confidence;
import io.workersupervisor.ExitStatus;
import io.workersupervisor.Explanation;
import io.workersupervisor.StopReason;
import io.workersupervisor.internal.text.Json;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The death of one worker, and the truth about it.
 *
 * @param log the output of the worker
 * @param library the library whose report it is, empty where that does not matter
 * @param reason the reason as judged
 * @param accepted the reasons that are right when only log and exit are known, the best first
 */
record Death(
        String name,
        String library,
        Path log,
        ExitStatus exit,
        StopReason reason,
        List<String> accepted,
        Optional<Duration> retryAfter) {
    /** The cases of a directory of the test resources, as its {@code cases.json} lists them. */
    static List<Death> all(String directory) throws IOException {
        Path folder = resource(directory);
        List<Death> deaths = new ArrayList<>();
        for (Object item : list(Json.object(Files.readString(folder.resolve("cases.json"))), "cases")) {
            deaths.add(parse(folder, Json.asObject(item)));
        }
        return deaths;
    }

    private static Path resource(String name) {
        try {
            URL url = Objects.requireNonNull(Death.class.getResource("/" + name), name);
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Death parse(Path folder, Map<String, @Nullable Object> map) {
        Map<String, @Nullable Object> exit = Json.asObject(Objects.requireNonNull(map.get("exit")));
        String name = String.valueOf(map.get("name"));
        return new Death(
                name,
                map.get("library") instanceof String library ? library : "",
                folder.resolve(name + ".log"),
                exit.get("code") instanceof Long code
                        ? new ExitStatus.Exited(code.intValue())
                        : new ExitStatus.Signalled(Integer.parseInt(String.valueOf(exit.get("signal")))),
                StopReason.valueOf(String.valueOf(map.get("reason"))),
                list(map, "accepted").stream().map(String::valueOf).toList(),
                Optional.ofNullable((Long) map.get("retry_after_s")).map(Duration::ofSeconds));
    }

    private static List<?> list(Map<String, @Nullable Object> map, String field) {
        return (List<?>) Objects.requireNonNull(map.get(field));
    }

    Explanation explain() {
        return Explanation.of(log, exit);
    }

    boolean isRight(Explanation explained) {
        return accepted.contains(explained.reason().name());
    }

    boolean isConfident(Explanation explained) {
        return explained.confidence() != Confidence.POSSIBLE;
    }

    @Override
    public String toString() {
        return name;
    }
}
