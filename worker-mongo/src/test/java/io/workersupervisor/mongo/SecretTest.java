package io.workersupervisor.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P8: the password is in nothing that this library, the driver or a server prints, at any log level. */
@NeedsMongod
class SecretTest {
    @Test
    void P8_the_password_is_printed_nowhere_at_the_level_of_traces(@TempDir Path directory) throws Exception {
        ReplicaSet set = TestMongo.set();
        String database = TestMongo.freshName();
        List<String> uris = List.of(
                set.uri(database),
                set.uri("root", "wrong" + set.password(), database),
                "mongodb://root:" + set.password() + "@127.0.0.1:1/x?replicaSet=nowhere");
        Path output = directory.resolve("output");

        Process hunt = hunt(output);
        hunt.outputWriter(StandardCharsets.UTF_8).write(String.join("\n", uris) + "\n");
        hunt.outputWriter().close();

        assertThat(hunt.waitFor(120, TimeUnit.SECONDS)).isTrue();
        String said = Files.readString(output);
        assertThat(said).contains("done").contains("DEBUG org.mongodb.driver").contains("at io.workersupervisor.mongo");
        assertThat(said).doesNotContain(set.password());
        for (Mongod member : set.members()) {
            assertThat(Files.readString(member.log())).doesNotContain(set.password());
        }
    }

    private static Process hunt(Path output) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=trace",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SecretHunt.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }
}
