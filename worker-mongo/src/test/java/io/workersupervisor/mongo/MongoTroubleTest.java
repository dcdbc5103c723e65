package io.workersupervisor.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import io.workersupervisor.AccountId;
import io.workersupervisor.DataDirectory;
import io.workersupervisor.LogAnswer;
import io.workersupervisor.LogQuery;
import io.workersupervisor.OnClose;
import io.workersupervisor.RegistryException;
import io.workersupervisor.WorkerEvent;
import io.workersupervisor.WorkerSpec;
import io.workersupervisor.WorkerSupervisor;
import io.workersupervisor.spi.InMemoryWorkerRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Troubles of client and servers are told by their cause. */
@NeedsMongod
class MongoTroubleTest {
    private static final AccountId ACCOUNT = AccountId.of(4711);

    @ParameterizedTest
    @CsvSource({"snappy, snappy-java", "zstd, zstd-jni", "'zlib,zstd', zstd-jni"})
    void a_compressor_without_its_library_is_refused_at_once_by_option_and_library(String option, String library) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MongoPlace.of("mongodb://u:s3cret@db1/x?compressors=" + option))
                .withMessageContainingAll("compressors=" + option.replaceFirst(".*,", ""), library)
                .withMessageNotContaining("s3cret");
    }

    /** P5, P7: the sink is down, which is one event, and the workers' files answer. */
    @Test
    void a_client_that_the_application_closes_first_is_told_once_and_files_serve(@TempDir Path directory)
            throws Exception {
        DataDirectory data = DataDirectory.open(directory.resolve("data"));
        List<WorkerEvent> events = new CopyOnWriteArrayList<>();
        MongoClient client = MongoClients.create(TestMongo.set().uri("admin"));
        try (MongoLogSink sink = MongoLogSink.in(MongoPlace.of(client, TestMongo.freshName()));
                WorkerSupervisor host = WorkerSupervisor.builder(data, new InMemoryWorkerRegistry())
                        .logSink(sink)
                        .listener(events::add)
                        .onClose(OnClose.STOP_WORKERS)
                        .build()) {
            String script = "n=0; while :; do n=$((n+1)); echo line $n; sleep 0.2; done";
            host.start(WorkerSpec.of(ACCOUNT, "sh", "-c", script)).orElseThrow();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> !sink.find(LogQuery.last(1)).isEmpty());

            client.close();

            await().atMost(Duration.ofSeconds(30))
                    .until(() -> events.stream().anyMatch(WorkerEvent.SinkDown.class::isInstance));
            LogAnswer answer = host.logs(LogQuery.last(5).account(ACCOUNT));
            assertThat(answer.source()).isEqualTo("files");
            assertThat(answer.entries()).isNotEmpty();
            assertThat(answer.trouble().orElseThrow()).contains("its MongoClient is closed");
            assertThat(host.doctor()).anyMatch(finding -> finding.text().contains("It is down"));
            assertThat(events.stream().filter(WorkerEvent::isWarning))
                    .singleElement()
                    .satisfies(event -> assertThat(event.describe())
                            .contains("its MongoClient is closed", "closes it after the supervisor"));
        }
    }

    @Test
    void a_registry_whose_client_is_closed_first_fails_as_a_registry() throws Exception {
        MongoClient client = MongoClients.create(TestMongo.set().uri("admin"));
        try (MongoWorkerRegistry registry = MongoWorkerRegistry.open(MongoPlace.of(client, TestMongo.freshName()))) {
            client.close();

            assertThatThrownBy(() -> registry.find(ACCOUNT))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("its MongoClient is closed");
        }
    }

    @Test
    void a_call_that_waits_for_a_server_says_so_after_five_seconds_and_names_the_cause() {
        List<String> told = new CopyOnWriteArrayList<>();
        MongoPlace nobody = MongoPlace.of("mongodb://127.0.0.1:1/x")
                .timeout(Duration.ofSeconds(7))
                .reportTo(text -> {
                    told.add(text);
                    throw new IllegalStateException("a listener that fails");
                });

        assertThatThrownBy(() -> MongoWorkerRegistry.open(nobody))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("127.0.0.1:1: nobody listens at this port");

        assertThat(told).singleElement().asString().contains("no answer for 5 s", "tried for 7 s", "nobody listens");
    }
}
