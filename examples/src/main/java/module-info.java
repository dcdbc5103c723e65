/** Programs that use the library. */
module io.workersupervisor.examples {
    requires com.google.gson;
    requires io.workersupervisor;
    requires io.workersupervisor.sqlite;

    exports io.workersupervisor.examples;
}
