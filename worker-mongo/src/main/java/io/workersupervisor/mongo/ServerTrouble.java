package io.workersupervisor.mongo;

import com.mongodb.connection.ClusterDescription;
import com.mongodb.connection.ServerDescription;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The reason why servers cannot be used, as the driver's monitors found it: a call that waits for a server says only that it
 * waited. The first words that occur in the chain of causes decide.
 */
final class ServerTrouble {
    /** The words of JDK, driver or server, and the cause with its remedy. */
    private record Known(String words, String means) {}

    private static final String CLOSED =
            "the server closes the connection. With tls=true it may demand a client certificate"
                    + " (-Djavax.net.ssl.keyStore), or it does not speak TLS; without, it may demand TLS (tls=true)";

    private static final List<Known> KNOWN = List.of(
            new Known(
                    "PKIX path",
                    "this JVM does not trust the certificate of the server: give the certificate of its authority with"
                            + " -Djavax.net.ssl.trustStore and -Djavax.net.ssl.trustStorePassword"),
            new Known(
                    "trustAnchors parameter must be non-empty",
                    "the trust store of this JVM is empty or is not there: see -Djavax.net.ssl.trustStore"),
            new Known(
                    "No subject alternative",
                    "the certificate of the server names another host: use the name that it names in the connection string"),
            new Known(
                    "No name matching",
                    "the certificate of the server names another host: use the name that it names in the connection string"),
            new Known("CertificateExpired", "the certificate of the server has expired"),
            new Known(
                    "certificate_required",
                    "the server demands a client certificate: give one with -Djavax.net.ssl.keyStore and"
                            + " -Djavax.net.ssl.keyStorePassword"),
            new Known(
                    "bad_certificate",
                    "the server does not accept the client certificate: see -Djavax.net.ssl.keyStore"),
            new Known(
                    "Unsupported or unrecognized SSL message",
                    "the server does not speak TLS: leave tls=true out of the connection string"),
            new Known(
                    "handshake",
                    "TLS could not be agreed on with the server: see its versions and whether it demands a client"
                            + " certificate"),
            new Known("UnknownHost", "the name of the host cannot be resolved"),
            new Known("nodename nor servname", "the name of the host cannot be resolved"),
            new Known("Name or service not known", "the name of the host cannot be resolved"),
            new Known("Connection refused", "nobody listens at this port"),
            new Known("No route to host", "there is no route to the host"),
            new Known("Prematurely reached end of stream", CLOSED),
            new Known("Connection reset", CLOSED),
            new Known("ClosedChannel", CLOSED),
            new Known("timed out", "the host does not answer: see the port and firewalls"));

    private ServerTrouble() {}

    /** The causes, each with the servers that have it; empty where a monitor found none. */
    static Optional<String> of(ClusterDescription cluster) {
        Set<String> causes = new LinkedHashSet<>();
        for (ServerDescription server : cluster.getServerDescriptions()) {
            if (server.getException() != null) {
                causes.add(server.getAddress() + ": " + words(server.getException()));
            } else if (cluster.getClusterSettings().getRequiredReplicaSetName() != null
                    && server.isOk()
                    && !cluster.getClusterSettings().getRequiredReplicaSetName().equals(server.getSetName())) {
                causes.add(server.getAddress() + ": is "
                        + (server.getSetName() == null ? "no replica set" : "of replica set " + server.getSetName())
                        + ", not of " + cluster.getClusterSettings().getRequiredReplicaSetName()
                        + ": correct replicaSet in the connection string");
            }
        }
        return causes.isEmpty() ? Optional.empty() : Optional.of(causes.stream().collect(Collectors.joining("; ")));
    }

    private static String words(Throwable error) {
        String innermost = "";
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            String text = String.valueOf(cause);
            Optional<Known> known =
                    KNOWN.stream().filter(one -> text.contains(one.words())).findFirst();
            if (known.isPresent() && !text.contains("caused by")) {
                return known.get().means();
            }
            innermost = text(cause);
        }
        return innermost;
    }

    private static String text(@Nullable Throwable cause) {
        return cause == null
                ? ""
                : cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
