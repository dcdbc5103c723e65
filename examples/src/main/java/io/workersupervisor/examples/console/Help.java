package io.workersupervisor.examples.console;

import java.util.List;
import java.util.Optional;

/** What {@code --help} and {@code --version} print. */
final class Help {
    private static final String TEXT = """
            Starts, watches and stops worker processes, at most one for each account.

            usage: java -jar worker-console.jar COMMAND [OPTION]...

              start ACCOUNT [OPTION]... -- COMMAND [WORD]...
                                     start a worker; it runs on when this program has ended
                  --user ID              the owner of the account
                  --spec-version TEXT    the version of what runs
                  --dir DIR              where the worker starts, and where a relative COMMAND is found
                  --env-file FILE        its variables, NAME=VALUE on each line; empty lines and # lines are skipped
                  --start-grace SECONDS  how long it must live to count as started (0.5); one that ends before, with exit
                                         code 0 too, is a failed start, so give 0 for short jobs
                  --stop-grace SECONDS   how long it has from TERM to KILL (10)
              stop ACCOUNT           end the worker; the account stays stopped until the next start
              ps                     show all accounts and whether their workers live
              why ACCOUNT            show why its last workers stopped, the newest first
                  --last N               only the newest N
              why --all              count the stops of all accounts by reason
                  --since TIME           of the last 7d (the default), 24h, 30m, 90s
                  --by version           and by the version of what ran
              diagnose LOGFILE       tell from a log why its worker stopped; needs no data directory
                  --exit N               its exit code
                  --signal N             the signal that ended it
                  --stopped-by-us        it was asked to stop
              logs                   show what workers logged, the last 100 entries
                  --account ACCOUNT      only of this account
                  --level LEVEL          only of this level and graver ones: DEBUG, INFO, WARNING, ERROR, CRITICAL
                  --since WHEN           not before: 90s, 30m, 24h or 7d ago, or a time (2026-11-24T10:15:00Z, 2026-11-24);
                                         all of the period, 100000 entries at most
                  --until WHEN           not after
                  --last N               only the last N
                  --worker ID            only of this worker, in the order in which it wrote
                  --before-end           the last ones of the account's last worker that has ended
              tail ACCOUNT           show the last 10 entries of the account
                  -f, --follow           and go on with what comes, also of its next workers, until TERM or Ctrl-C
                  --level LEVEL          as above
                  --last N               so many at first
              doctor                 show what is wrong with machine, data directory, registry and workers
              host                   supervise in the foreground, one line for each event, until TERM or Ctrl-C
                  --stop-workers         end the workers then; by default they run on
                  --no-logs              do not take what workers log into DIR/logs/logs.db
                  --log-keep TIME        how long that, and files of ended workers, are kept (30d; in MongoDB for ever, or
                                         as long as the collection says)
                  --log-budget N         at most N entries of one worker in a minute; the rest stays in its file

            option of start, stop and host
              --accept-moved-directory  once for a data directory that was copied, restored or moved, when the original, its
                                        hosts and its workers are out of use

            options of every command but diagnose
              --mongo URI               log entries are in MongoDB: mongodb://USER@HOST1,HOST2/DATABASE?replicaSet=NAME
              --mongo-password-file F   the user's password is the only line of this file
              --mongo-prefix TEXT       the names of the collections begin with this
              --registry mongo          the registry is there, too; by default it is DIR/registry.db
            WORKER_MONGO_URI in the environment is the URI where --mongo is not given, WORKER_MONGO_PASSWORD the password
            where the URI names a user without one. Do not give a password on the command line: others see it.

            options of every command
              --data DIR   the data directory (data)
              --json       JSON on standard output
              --help       this text
              --version    the version

            ACCOUNT is a 64-bit number, or 1 to 64 characters of A-Z a-z 0-9 . _ @ + : - beginning with none of . and -
            007, +5 and numbers of more than 64 bits are text: 7 and 007 are two accounts.
            Text outside ASCII needs a UTF-8 locale, such as LC_ALL=C.UTF-8.
            Log entries show their time in the local zone with its offset (Z is UTC); ~ behind it: the line gives none, and it
            is that of the entry before. Where no host takes logs, or not yet, they are read from the ends of the workers'
            files.
            ps, why, logs, tail and doctor change nothing and work without a host. The data directory must belong to this user.

            exit code: 0 done, 1 failed, 2 wrong usage, 3 already running,
            4 refused: a rule or a doubt about this account; an unusable data directory or registry is 1
            What is said of a result, such as where it is from, is lines on standard error, too.
            A failure is one line on standard error. With --json, too: standard output is empty then. Only what start and stop
            answer (already running, refused, failed) is JSON on standard output with that exit code.
            """;

    private Help() {}

    /** The text that is asked for instead of a command; what follows {@code --} is not ours. */
    static Optional<String> wanted(List<String> words) {
        if (!words.isEmpty() && words.get(0).equals("help")) {
            return Optional.of(TEXT.strip());
        }
        for (String word : words) {
            switch (word) {
                case "--help", "-h" -> {
                    return Optional.of(TEXT.strip());
                }
                case "--version" -> {
                    return Optional.of("worker-console " + version());
                }
                case "--" -> {
                    return Optional.empty();
                }
                default -> {}
            }
        }
        return Optional.empty();
    }

    /** Of the jar's manifest. */
    private static String version() {
        return Optional.ofNullable(Help.class.getPackage().getImplementationVersion())
                .orElse("(not packaged)");
    }
}
