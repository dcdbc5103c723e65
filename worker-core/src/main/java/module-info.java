/** Starts, watches and stops worker processes. */
module io.workersupervisor {
    requires static com.fasterxml.jackson.annotation;
    requires jdk.net;
    requires static transitive org.jspecify;
    requires org.slf4j;

    exports io.workersupervisor;
    exports io.workersupervisor.spi;
}
