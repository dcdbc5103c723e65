package io.workersupervisor;

import io.workersupervisor.spi.InMemoryWorkerRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Gives a test as many nodes as it asks for, and ends their processes. */
class OnTestNodes {
    @TempDir
    Path temporary;

    final List<TestNode> nodes = new ArrayList<>();

    @AfterEach
    void endAll() {
        nodes.forEach(TestNode::close);
    }

    TestNode node(LaunchPath path) {
        TestNode node = new TestNode(temporary.resolve("data" + nodes.size()), new InMemoryWorkerRegistry(), path);
        nodes.add(node);
        return node;
    }

    TestNode node() {
        return node(LaunchPath.SH);
    }

    static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(60));
    }
}
