package io.workersupervisor.sqlite;

import io.workersupervisor.LaunchPath;
import io.workersupervisor.sqlite.Race.Deaths;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Hosts race for accounts. Short by default; {@code -Drace.jvms=8 -Drace.threads=4 -Drace.accounts=100} makes it the race
 * of the promise, {@code -Drace.seconds=600} repeats each test for so long, {@code -Drace.seed} begins with the choices of
 * another run.
 */
@Tag("long")
@Timeout(value = 2, unit = TimeUnit.HOURS)
@ParameterizedClass
@EnumSource(
        value = LaunchPath.class,
        names = {"SH", "KEEPER"})
class StartRaceTest {
    private final LaunchPath launcher;

    StartRaceTest(LaunchPath launcher) {
        this.launcher = launcher;
    }

    private static final long SECONDS = Long.getLong("race.seconds", 0);

    @Test
    void of_many_hosts_that_start_every_account_exactly_one_starts_each_P1() throws Exception {
        repeat(race -> race.start(Deaths.NOBODY));
    }

    @Test
    void a_host_killed_in_the_race_leaves_every_account_with_one_worker_P1_P2() throws Exception {
        repeat(race -> race.start(Deaths.ONE_HOST));
    }

    @Test
    void starts_stops_and_deaths_in_any_order_leave_every_account_as_its_row_says_P1_P2_P4_P6() throws Exception {
        repeat(race -> race.mixed(Deaths.HOST_AND_WORKERS));
    }

    @Test
    void deaths_of_launchers_beside_them_leave_every_account_as_its_row_says_P1_P2_P4_P6() throws Exception {
        repeat(race -> race.mixed(Deaths.ANYBODY));
    }

    private interface Round {
        void run(Race race) throws Exception;
    }

    private void repeat(Round round) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        long seed = Long.getLong("race.seed", System.nanoTime());
        do {
            System.out.println("-Drace.seed=" + seed);
            round.run(new Race(
                    launcher,
                    Integer.getInteger("race.jvms", 4),
                    Integer.getInteger("race.threads", 4),
                    Integer.getInteger("race.accounts", 25),
                    seed++));
        } while (System.nanoTime() < end);
    }
}
