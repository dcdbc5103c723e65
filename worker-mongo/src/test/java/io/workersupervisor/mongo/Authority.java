package io.workersupervisor.mongo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A private authority for certificates, made by the keytool of this JDK. */
final class Authority {
    private static final String PASSWORD = "changeit";

    private final Path directory;

    Authority(Path directory) throws Exception {
        this.directory = directory;
        keytool(
                "ca",
                "-genkeypair",
                "-alias",
                "ca",
                "-keyalg",
                "EC",
                "-dname",
                "CN=test authority",
                "-ext",
                "bc=ca:true");
        keytool(
                "ca",
                "-exportcert",
                "-alias",
                "ca",
                "-rfc",
                "-file",
                authority().toString());
        keytool(
                "trust",
                "-importcert",
                "-noprompt",
                "-alias",
                "ca",
                "-file",
                authority().toString());
    }

    /** The certificate of the authority. */
    Path authority() {
        return directory.resolve("ca.pem");
    }

    /** A key and its certificate for these names, as a server wants them: one file. */
    Path issue(String name, String alternatives) throws Exception {
        String request = directory.resolve(name + ".csr").toString();
        String signed = directory.resolve(name + ".crt").toString();
        keytool(name, "-genkeypair", "-alias", name, "-keyalg", "RSA", "-dname", "CN=" + name);
        keytool(name, "-certreq", "-alias", name, "-file", request);
        keytool(
                "ca",
                "-gencert",
                "-alias",
                "ca",
                "-infile",
                request,
                "-outfile",
                signed,
                "-rfc",
                "-ext",
                "san=" + alternatives);
        keytool(
                name,
                "-importcert",
                "-noprompt",
                "-alias",
                "ca",
                "-file",
                authority().toString());
        keytool(name, "-importcert", "-noprompt", "-alias", name, "-file", signed);
        KeyStore store = store(name);
        StringBuilder pem = new StringBuilder();
        append(pem, "PRIVATE KEY", store.getKey(name, PASSWORD.toCharArray()).getEncoded());
        for (Certificate certificate : store.getCertificateChain(name)) {
            append(pem, "CERTIFICATE", certificate.getEncoded());
        }
        return Files.writeString(directory.resolve(name + ".pem"), pem);
    }

    private static void append(StringBuilder pem, String kind, byte[] content) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        pem.append("-----BEGIN " + kind + "-----\n" + base64 + "\n-----END " + kind + "-----\n");
    }

    /** Trusts this authority, and has the key of that name if one is named. */
    SSLContext context(String... keys) throws GeneralSecurityException, IOException {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store("trust"));
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys.length == 0 ? null : store(keys[0]), PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private KeyStore store(String name) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(directory.resolve(name + ".p12"))) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }

    private void keytool(String store, String... words) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(words));
        command.addAll(List.of("-keystore", directory.resolve(store + ".p12").toString(), "-storetype", "PKCS12"));
        command.addAll(List.of("-storepass", PASSWORD));
        Path said = directory.resolve("keytool.out");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IllegalStateException(command + ": " + Files.readString(said, StandardCharsets.UTF_8));
        }
    }
}
