/** Programs that use the library. */
module io.workersupervisor.examples {
    requires com.google.gson;
    requires io.workersupervisor;
    requires io.workersupervisor.mongo;
    requires io.workersupervisor.sqlite;
    requires jdk.unsupported;

    exports io.workersupervisor.examples;
}
