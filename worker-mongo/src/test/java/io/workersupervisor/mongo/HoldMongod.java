package io.workersupervisor.mongo;

import java.nio.file.Path;

/** Starts a server, tells its pid, and waits to be killed. */
final class HoldMongod {
    private HoldMongod() {}

    public static void main(String[] args) throws Exception {
        System.out.println(
                new Mongod(Path.of(args[0]), Path.of(args[1])).start().pid());
        int input = System.in.read();
        System.exit(input);
    }
}
