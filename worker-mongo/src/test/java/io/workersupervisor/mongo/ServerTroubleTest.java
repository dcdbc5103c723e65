package io.workersupervisor.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.mongodb.MongoSocketOpenException;
import com.mongodb.MongoSocketReadException;
import com.mongodb.MongoSocketWriteException;
import com.mongodb.ServerAddress;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The driver's exceptions, which wrap those of the JDK, whose words depend on system and language. */
class ServerTroubleTest {
    private static final ServerAddress SERVER = new ServerAddress("db1");

    static Stream<Arguments> troubles() {
        return Stream.of(
                opening(new ConnectException("Verbindungsaufbau abgelehnt"), "nobody listens"),
                opening(new ConnectException("Connection timed out"), "does not answer"),
                opening(new NoRouteToHostException("Kein Weg"), "no route"),
                opening(new UnknownHostException("db1"), "cannot be resolved"),
                writing(
                        handshake(
                                "PKIX path validation failed",
                                new CertPathValidatorException(
                                        "validity check failed", new CertificateExpiredException("NotAfter: 2020"))),
                        "has expired"),
                writing(handshake("PKIX path building failed", new CertPathBuilderException()), "does not trust"),
                writing(handshake("", new CertificateException("No name matching db1 found")), "names another host"),
                writing(
                        new SSLHandshakeException("Received fatal alert: certificate_required"),
                        "demands a client certificate"),
                writing(new SSLHandshakeException("Received fatal alert: protocol_version"), "could not be agreed on"),
                writing(new SSLException("Unsupported or unrecognized SSL message"), "does not speak TLS"),
                writing(new IOException("Broken pipe"), "closes the connection"),
                arguments(
                        new MongoSocketReadException("Prematurely reached end of stream", SERVER),
                        "closes the connection"),
                arguments(new IllegalStateException("something else"), "something else"));
    }

    private static Arguments opening(Exception cause, String means) {
        return arguments(new MongoSocketOpenException("Exception opening socket", SERVER, cause), means);
    }

    private static Arguments writing(Exception cause, String means) {
        return arguments(new MongoSocketWriteException("Exception sending message", SERVER, cause), means);
    }

    private static SSLHandshakeException handshake(String words, Exception cause) {
        SSLHandshakeException handshake = new SSLHandshakeException(words);
        handshake.initCause(cause);
        return handshake;
    }

    @ParameterizedTest
    @MethodSource("troubles")
    void a_trouble_is_told_by_the_class_of_its_cause(Throwable trouble, String means) {
        assertThat(ServerTrouble.words(trouble)).contains(means);
    }
}
