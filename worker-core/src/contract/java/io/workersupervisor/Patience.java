package io.workersupervisor;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** How long every test waits for what must come: longer than a machine can be busy with others. Found by JUnit itself. */
public final class Patience implements BeforeAllCallback {
    public static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    @Override
    public void beforeAll(ExtensionContext tests) {
        Awaitility.setDefaultTimeout(LONGEST_WAIT);
    }
}
