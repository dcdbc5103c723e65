/** Keeps workers in one SQLite file, and what they log in another. */
module io.workersupervisor.sqlite {
    requires transitive io.workersupervisor;
    requires java.sql;
    requires org.xerial.sqlitejdbc;

    exports io.workersupervisor.sqlite;
}
