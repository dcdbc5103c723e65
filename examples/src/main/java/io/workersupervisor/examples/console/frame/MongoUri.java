package io.workersupervisor.examples.console.frame;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The connection string that options and environment name. Its password is a secret: it comes from a file, from the
 * environment or from the string itself, and no message shows it.
 */
public final class MongoUri {
    /** Holds the whole connection string. */
    public static final String URI = "WORKER_MONGO_URI";

    /** Holds the password of a user whom the connection string names without one. */
    public static final String PASSWORD = "WORKER_MONGO_PASSWORD";

    private static final int MOST = 4_096;

    /** The ends of the part that names user and hosts. */
    private static final Pattern PARTS = Pattern.compile("(mongodb(?:\\+srv)?://)([^/?#]*)(.*)", Pattern.DOTALL);

    private final String text;
    private final boolean onCommandLine;

    private MongoUri(String text, boolean onCommandLine) {
        this.text = text;
        this.onCommandLine = onCommandLine;
    }

    /** Empty where neither an option nor the environment names one. */
    public static Optional<MongoUri> of(StoreOptions options, Call call, Map<String, String> environment) {
        Optional<String> given = options.uri();
        Optional<String> uri = given.or(() -> variable(environment, URI));
        Optional<Path> file = options.passwordFile();
        if (uri.isEmpty()) {
            return Optional.empty();
        }
        String complete = withPassword(call, uri.get(), file, variable(environment, PASSWORD));
        return Optional.of(new MongoUri(
                complete, given.isPresent() && userInfo(given.get()).contains(":")));
    }

    private static Optional<String> variable(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }

    /** One that cannot be read stays as it is: the library says so. */
    private static String withPassword(Call call, String uri, Optional<Path> file, Optional<String> variable) {
        String user = userInfo(uri);
        boolean has = user.contains(":");
        if (file.isPresent() && (user.isEmpty() || has)) {
            throw call.wrong(StoreOptions.MONGO_PASSWORD_FILE + " needs a connection string that names a user and no"
                    + " password, such as mongodb://USER@HOST/DATABASE");
        }
        Matcher parts = PARTS.matcher(uri);
        if (user.isEmpty() || has || !parts.matches()) {
            return uri;
        }
        Optional<String> password = file.map(path -> read(call, path)).or(() -> variable);
        if (password.isEmpty() && parts.group(3).contains("authMechanism=")) {
            return uri;
        }
        String secret = password.orElseThrow(() -> call.wrong("the connection string names a user and no"
                + " password: put it into a file and say " + StoreOptions.MONGO_PASSWORD_FILE + ", or into " + PASSWORD
                + " in the environment"));
        String hosts = parts.group(2).substring(user.length());
        return parts.group(1) + user + ':' + encoded(secret) + hosts + parts.group(3);
    }

    /** The user, and the password if there is one, as they are written; empty if there is no user. */
    private static String userInfo(String uri) {
        Matcher parts = PARTS.matcher(uri);
        int end = parts.matches() ? parts.group(2).lastIndexOf('@') : -1;
        return end < 0 ? "" : parts.group(2).substring(0, end);
    }

    /** Any text, so that nothing of it is read as a part of the connection string. */
    private static String encoded(String secret) {
        return URLEncoder.encode(secret, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String read(Call call, Path file) {
        // A device or a log that is named by mistake is not read whole.
        boolean isLong = file.toFile().length() > 2 * MOST;
        String text = isLong ? "" : call.text(file).replaceFirst("\\r?\\n\\z", "");
        if (text.isEmpty() || text.length() > MOST || text.indexOf('\n') >= 0) {
            throw call.wrong(file + " must hold the password on one line and nothing else");
        }
        return text;
    }

    /** With the password. */
    public String text() {
        return text;
    }

    /** Tells whether the command line holds the password, where every user of the machine sees it. */
    public boolean isSeenByOthers() {
        return onCommandLine;
    }

    /** Text in which a connection string may stand, with nothing left of its user and password. */
    public static String masked(String text) {
        return text.replaceAll("(mongodb(?:\\+srv)?://)\\S*@", "$1***@");
    }

    /** Does not show it. */
    @Override
    public String toString() {
        return masked(text);
    }
}
