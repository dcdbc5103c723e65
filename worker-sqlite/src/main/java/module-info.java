/** Keeps workers in a SQLite file. */
module io.workersupervisor.sqlite {
    requires transitive io.workersupervisor;
    requires java.sql;
    requires org.xerial.sqlitejdbc;

    exports io.workersupervisor.sqlite;
}
