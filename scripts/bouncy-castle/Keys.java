import java.io.FileInputStream;
import java.io.InputStream;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;

/** The keys and certificates that the script made. */
final class Keys {
    static final String[] ENCRYPTION = {"bob-rsa", "bob-prime256v1", "bob-secp384r1", "bob-secp521r1"};
    private final String folder;

    Keys(String folder) {
        this.folder = folder;
    }

    X509Certificate certificate(String name) throws Exception {
        try (InputStream file = new FileInputStream(folder + "/" + name + ".pem")) {
            return (X509Certificate) CertificateFactory.getInstance("X.509", "BC").generateCertificate(file);
        }
    }

    PrivateKey key(String name) throws Exception {
        try (InputStream file = new FileInputStream(folder + "/" + name + ".p12")) {
            KeyStore store = KeyStore.getInstance("PKCS12", "BC");
            store.load(file, "secret".toCharArray());
            return (PrivateKey) store.getKey(name, "secret".toCharArray());
        }
    }
}
