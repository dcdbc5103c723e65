/** Keeps workers in MongoDB. */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"}) // The driver's jars have no module-info.
module io.workersupervisor.mongo {
    requires transitive io.workersupervisor;
    requires org.mongodb.bson;
    requires org.mongodb.driver.core;
    requires transitive org.mongodb.driver.reactivestreams;
    requires org.reactivestreams;
    requires org.slf4j;

    exports io.workersupervisor.mongo;
}
