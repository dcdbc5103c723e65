package io.workersupervisor.mongo;

import com.mongodb.MongoSocketReadException;
import com.mongodb.MongoSocketReadTimeoutException;
import com.mongodb.MongoSocketWriteException;
import com.mongodb.connection.ClusterDescription;
import com.mongodb.connection.ServerDescription;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.InvalidAlgorithmParameterException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/**
 * The reason why servers cannot be used, as the driver's monitors found it: a call that waits for a server says only that it
 * waited. The classes of the exceptions in the chain of causes decide.
 */
final class ServerTrouble {
    /** One cause in a chain of exceptions, and the remedy. */
    private record Known(Predicate<Throwable> cause, String means) {}

    private static final String OTHER_HOST =
            "the certificate of the server names another host: use the name that it names in the connection string";
    private static final String SILENT = "the host does not answer: see the port and firewalls";

    /** The special ones first; by words only where JDK and driver have no class. */
    private static final List<Known> KNOWN = List.of(
            new Known(CertificateExpiredException.class::isInstance, "the certificate of the server has expired"),
            new Known(
                    either(CertPathBuilderException.class, CertPathValidatorException.class),
                    "this JVM does not trust the certificate of the server: give the certificate of its authority with"
                            + " -Djavax.net.ssl.trustStore and -Djavax.net.ssl.trustStorePassword"),
            new Known(
                    InvalidAlgorithmParameterException.class::isInstance,
                    "the trust store of this JVM is empty or is not there: see -Djavax.net.ssl.trustStore"),
            new Known(saying(CertificateException.class, "No subject alternative"), OTHER_HOST),
            new Known(saying(CertificateException.class, "No name matching"), OTHER_HOST),
            new Known(
                    saying(SSLException.class, "certificate_required"),
                    "the server demands a client certificate: give one with -Djavax.net.ssl.keyStore and"
                            + " -Djavax.net.ssl.keyStorePassword"),
            new Known(
                    saying(SSLException.class, "bad_certificate"),
                    "the server does not accept the client certificate: see -Djavax.net.ssl.keyStore"),
            new Known(
                    saying(SSLException.class, "Unsupported or unrecognized SSL message"),
                    "the server does not speak TLS: leave tls=true out of the connection string"),
            new Known(
                    SSLHandshakeException.class::isInstance,
                    "TLS could not be agreed on with the server: see its versions and whether it demands a client"
                            + " certificate"),
            new Known(UnknownHostException.class::isInstance, "the name of the host cannot be resolved"),
            new Known(NoRouteToHostException.class::isInstance, "there is no route to the host"),
            new Known(either(SocketTimeoutException.class, MongoSocketReadTimeoutException.class), SILENT),
            new Known(saying(ConnectException.class, "timed out"), SILENT),
            new Known(ConnectException.class::isInstance, "nobody listens at this port"),
            new Known(
                    either(MongoSocketReadException.class, MongoSocketWriteException.class),
                    "the server closes the connection. With tls=true it may demand a client certificate"
                            + " (-Djavax.net.ssl.keyStore), or it does not speak TLS; without, it may demand TLS (tls=true)"));

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

    private static Predicate<Throwable> either(Class<?> one, Class<?> other) {
        return cause -> one.isInstance(cause) || other.isInstance(cause);
    }

    private static Predicate<Throwable> saying(Class<?> type, String words) {
        return cause ->
                type.isInstance(cause) && String.valueOf(cause.getMessage()).contains(words);
    }

    static String words(Throwable error) {
        List<Throwable> causes =
                Stream.iterate(error, Objects::nonNull, Throwable::getCause).toList();
        Throwable innermost = causes.get(causes.size() - 1);
        return KNOWN.stream()
                .filter(known -> causes.stream().anyMatch(known.cause()))
                .map(Known::means)
                .findFirst()
                .orElseGet(() ->
                        innermost.getMessage() == null ? innermost.getClass().getSimpleName() : innermost.getMessage());
    }
}
