/** Programs that use the library. */
module io.workersupervisor.examples {
    requires com.google.gson;
    requires info.picocli;
    requires io.workersupervisor;
    requires io.workersupervisor.mongo;
    requires io.workersupervisor.sqlite;
    requires java.sql;
    requires jdk.unsupported;

    exports io.workersupervisor.examples;

    opens io.workersupervisor.examples.console to
            info.picocli;
    opens io.workersupervisor.examples.console.frame to
            info.picocli;
}
