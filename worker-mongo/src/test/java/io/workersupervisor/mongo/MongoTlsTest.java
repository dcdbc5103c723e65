package io.workersupervisor.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import io.workersupervisor.HostProcess;
import io.workersupervisor.LogQuery;
import io.workersupervisor.Need;
import io.workersupervisor.Needs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers that speak TLS with certificates of a private authority; the cause of a failure is the first thing that is told. */
@NeedsMongod
@Needs(Need.OWN_MONGOD)
class MongoTlsTest {
    private static final Duration SHORT = Duration.ofSeconds(6);

    private final Path directory;
    private final List<Mongod> servers = new ArrayList<>();
    private Authority authority;

    MongoTlsTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @BeforeEach
    void certify() throws Exception {
        authority = new Authority(directory);
    }

    @AfterEach
    void end() throws Exception {
        for (Mongod server : servers) {
            server.kill();
        }
    }

    private Mongod server(String... options) throws Exception {
        Mongod server = new Mongod(TestMongo.program(), directory.resolve("db" + servers.size()), options).start();
        servers.add(server);
        return server;
    }

    private Mongod secureServer(String alternatives, String... more) throws Exception {
        List<String> options = new ArrayList<>(List.of("--tlsMode", "requireTLS"));
        options.addAll(List.of(
                "--tlsCertificateKeyFile",
                authority.issue("server", alternatives).toString()));
        options.addAll(List.of("--tlsCAFile", authority.authority().toString()));
        options.addAll(List.of(more));
        return server(options.toArray(String[]::new));
    }

    private static String uri(Mongod server, String options) {
        return "mongodb://" + server.address() + "/tls?" + options;
    }

    private static MongoClient client(Mongod server, SSLContext context) {
        return MongoClients.create(MongoClientSettings.builder()
                .applyConnectionString(new ConnectionString(uri(server, "tls=true")))
                .applyToSslSettings(tls -> tls.context(context))
                .build());
    }

    private static String failure(MongoPlace place) {
        try (MongoLogSink sink = MongoLogSink.in(place.timeout(SHORT))) {
            Throwable failure = catchThrowable(() -> sink.find(LogQuery.last(1)));
            assertThat(failure).isNotNull();
            return String.valueOf(failure.getMessage());
        }
    }

    private static void awaitAnswer(MongoClient client) {
        await().atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .until(() -> ReplicaSet.ask(client, new Document("ping", 1)).containsKey("ok"));
    }

    @Test
    void entries_are_stored_over_tls_with_a_private_authority_and_a_client_certificate() throws Exception {
        Mongod server = secureServer("ip:127.0.0.1,dns:localhost");
        authority.issue("client", "dns:client");
        try (MongoClient client = client(server, authority.context("client"))) {
            awaitAnswer(client);
            try (MongoLogSink sink = MongoLogSink.in(MongoPlace.of(client, "tls"))) {
                sink.append(Entries.of("w", 0, 3));
                assertThat(sink.find(LogQuery.last(9))).hasSize(3);
            }
        }
        try (MongoClient client = client(server, authority.context())) {
            assertThat(failure(MongoPlace.of(client, "tls"))).contains("client certificate");
        }
    }

    /** The options of the page, with the stores of the test in their places. */
    @Test
    void a_program_that_is_started_as_the_page_says_reaches_the_server() throws Exception {
        Mongod server = secureServer("ip:127.0.0.1,dns:localhost");
        authority.issue("client", "dns:client");
        List<String> options = Pattern.compile("-Djavax[.]net[.]ssl[.](trust|key)Store\\w*=[\\w.]+")
                .matcher(Files.readString(Path.of("README.md")))
                .results()
                .map(option -> option.group().replaceFirst("=(\\w+[.]p12)", "=" + directory + "/$1"))
                .toList();

        try (HostProcess program = HostProcess.start(options, AppendOver.class, uri(server, "tls=true"))) {
            assertThat(program.rest()).containsExactly("3 entries");
        }
        assertThat(options).hasSize(4);
    }

    @Test
    void a_certificate_that_is_not_trusted_or_names_another_host_is_told_as_that() throws Exception {
        Mongod server = secureServer("dns:elsewhere", "--tlsAllowConnectionsWithoutCertificates");
        try (MongoClient blind = MongoClients.create(MongoClientSettings.builder()
                .applyConnectionString(new ConnectionString(uri(server, "tls=true")))
                .applyToSslSettings(tls -> tls.invalidHostNameAllowed(true))
                .applyToSslSettings(tls -> tls.context(trusting()))
                .build())) {
            awaitAnswer(blind);
        }

        assertThat(failure(MongoPlace.of(uri(server, "tls=true"))))
                .contains("does not trust the certificate", "trustStore");
        try (MongoClient client = client(server, authority.context())) {
            assertThat(failure(MongoPlace.of(client, "tls"))).contains("names another host");
        }
        assertThat(failure(MongoPlace.of(uri(server, "")))).contains("may demand TLS (tls=true)");
    }

    private SSLContext trusting() {
        try {
            return authority.context();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void a_server_without_tls_is_told_as_that() throws Exception {
        Mongod server = server();
        try (MongoClient client = MongoClients.create(uri(server, ""))) {
            awaitAnswer(client);
        }

        assertThat(failure(MongoPlace.of(uri(server, "tls=true")))).contains("does not speak TLS");
    }
}
