/** Keeps workers in MongoDB. */
module io.workersupervisor.mongo {
    requires transitive io.workersupervisor;
}
