package io.workersupervisor.examples;

import com.google.gson.Gson;
import io.workersupervisor.sqlite.SqlitePlaceholder;
import java.util.Map;

/** Stands in for the real program. */
public final class WorkerConsole {
    private WorkerConsole() {}

    /**
     * Runs the program.
     *
     * @param args not used
     */
    public static void main(String[] args) {
        System.out.println("WorkerConsole " + answer());
    }

    static String answer() {
        return new Gson().toJson(Map.of("name", new SqlitePlaceholder().name()));
    }
}
