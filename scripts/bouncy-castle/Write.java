import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Security;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.activation.CommandMap;
import javax.activation.MailcapCommandMap;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.mail.Message;
import javax.mail.internet.InternetAddress;
import javax.mail.internet.MimeBodyPart;
import javax.mail.internet.MimeMessage;
import javax.mail.internet.MimeMultipart;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.smime.SMIMECapabilitiesAttribute;
import org.bouncycastle.asn1.smime.SMIMECapability;
import org.bouncycastle.asn1.smime.SMIMECapabilityVector;
import org.bouncycastle.asn1.smime.SMIMEEncryptionKeyPreferenceAttribute;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSAlgorithm;
import org.bouncycastle.cms.CMSAuthEnvelopedDataGenerator;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.PasswordRecipient;
import org.bouncycastle.cms.RecipientInfoGenerator;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JceCMSContentEncryptorBuilder;
import org.bouncycastle.cms.jcajce.JceKeyAgreeRecipientInfoGenerator;
import org.bouncycastle.cms.jcajce.JceKeyTransRecipientInfoGenerator;
import org.bouncycastle.cms.jcajce.JcePasswordRecipientInfoGenerator;
import org.bouncycastle.cms.jcajce.ZlibCompressor;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.mail.smime.SMIMECompressedGenerator;
import org.bouncycastle.mail.smime.SMIMEEnvelopedGenerator;
import org.bouncycastle.mail.smime.SMIMESignedGenerator;
import org.bouncycastle.mail.smime.SMIMEUtil;
import org.bouncycastle.operator.OutputAEADEncryptor;
import org.bouncycastle.operator.OutputEncryptor;
import org.bouncycastle.operator.jcajce.JcaAlgorithmParametersConverter;

/**
 * Writes mails of every kind that Bouncy Castle makes. The first word of a name is the verdict that is expected, or "refused"; beside each
 * mail lies the content that must come out.
 */
final class Write {
    /** Signers and algorithms. */
    private static final String[][] SIGNERS = {
        {"trusted", "alice-rsa", "SHA224withRSA"},
        {"trusted", "alice-rsa", "SHA256withRSA"},
        {"trusted", "alice-rsa", "SHA384withRSA"},
        {"trusted", "alice-rsa", "SHA512withRSA"},
        {"trusted", "alice-rsa", "SHA256withRSAandMGF1"},
        {"trusted", "alice-rsa", "SHA384withRSAandMGF1"},
        {"trusted", "alice-rsa", "SHA512withRSAandMGF1"},
        {"trusted", "alice-prime256v1", "SHA256withECDSA"},
        {"trusted", "alice-prime256v1", "SHA512withECDSA"},
        {"trusted", "alice-secp384r1", "SHA384withECDSA"},
        {"trusted", "alice-secp521r1", "SHA512withECDSA"},
        {"trusted", "alice-secp521r1", "SHA256withECDSA"},
        {"trusted", "alice-ed25519", "Ed25519"},
        // What nobody should rely on, and what is not supported.
        {"untrusted", "alice-rsa", "SHA1withRSA"},
        {"untrusted", "alice-rsa", "SHA1withRSAandMGF1"},
        {"untrusted", "alice-rsa", "SHA3-256withRSA"},
        {"untrusted", "alice-prime256v1", "SHA3-256withECDSA"},
        {"untrusted", "alice-prime256v1", "SHA256withPLAIN-ECDSA"},
    };

    private final String folder;
    private final Keys keys;
    private final Map<String, byte[]> entities = new LinkedHashMap<>();
    private int count;

    private Write(String folder) {
        this.folder = folder;
        keys = new Keys(folder);
        byte[] attachment = new byte[5000];
        new Random(5).nextBytes(attachment);
        String text = "Content-Type: text/plain; charset=utf-8\r\n";
        // JavaMail adds this to what it is given.
        String plain = text + "Content-Transfer-Encoding: 7bit\r\n";
        entity("text", plain + "\r\nHello Bob\r\n.\r\nFrom me  \r\n\r\n");
        entity("8bit", text + "Content-Transfer-Encoding: 8bit\r\n\r\nGr\u00fc\u00dfe\r\n");
        entity("empty", plain + "\r\n");
        entity("mixed", "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\n" + text
                + "\r\nSee file\r\n--b\r\nContent-Type: application/octet-stream; name=a.bin\r\n"
                + "Content-Transfer-Encoding: base64\r\n\r\n"
                + Base64.getMimeEncoder().encodeToString(attachment) + "\r\n--b--\r\n");
    }

    private void entity(String name, String text) {
        entities.put(name, text.getBytes(StandardCharsets.UTF_8));
    }

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        handlers();
        Write write = new Write(arguments[0]);
        write.signed();
        write.nested();
        write.encrypted();
        System.out.println(write.count + " messages written by Bouncy Castle");
    }

    /** JavaMail finds these by a file that Debian's package does not have. */
    static void handlers() {
        MailcapCommandMap map = (MailcapCommandMap) CommandMap.getDefaultCommandMap();
        String package_ = "x-java-content-handler=org.bouncycastle.mail.smime.handlers.";
        map.addMailcap("application/pkcs7-signature;; " + package_ + "pkcs7_signature");
        map.addMailcap("application/pkcs7-mime;; " + package_ + "pkcs7_mime");
        map.addMailcap("multipart/signed;; " + package_ + "multipart_signed");
    }

    private MimeBodyPart part(String entity) throws Exception {
        return new MimeBodyPart(new ByteArrayInputStream(entities.get(entity)));
    }

    private static MimeBodyPart part(MimeMultipart multipart) throws Exception {
        MimeBodyPart part = new MimeBodyPart();
        part.setContent(multipart);
        part.setHeader("Content-Type", multipart.getContentType());
        return fixed(part);
    }

    /** It would be signed anew, at another time, whenever it is written: also when a signature over it was made. */
    private static MimeBodyPart fixed(MimeBodyPart part) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        part.writeTo(bytes);
        return new MimeBodyPart(new ByteArrayInputStream(bytes.toByteArray()));
    }

    private void mail(String name, String entity, MimeBodyPart part) throws Exception {
        MimeMessage mail = new MimeMessage(Read.session());
        mail.setFrom(new InternetAddress("alice@example.org"));
        mail.setRecipient(Message.RecipientType.TO, new InternetAddress("bob@example.org"));
        mail.setSubject(name);
        mail.setContent(part.getContent(), part.getContentType());
        for (var header : Collections.list(part.getAllHeaders())) {
            mail.setHeader(header.getName(), header.getValue());
        }
        mail.saveChanges();
        name = name.replaceAll("[^A-Za-z0-9-]", "_");
        try (OutputStream out = new FileOutputStream(folder + "/theirs/" + name + "-" + entity + ".eml")) {
            mail.writeTo(out);
        }
        Files.write(Path.of(folder, "theirs", name + "-" + entity + ".content"), entities.get(entity));
        count++;
    }

    private SMIMESignedGenerator signer(boolean attributes, String... names) throws Exception {
        SMIMESignedGenerator generator = new SMIMESignedGenerator();
        for (int i = 0; i < names.length; i += 2) {
            var certificate = keys.certificate(names[i]);
            var builder = new JcaSimpleSignerInfoGeneratorBuilder().setProvider("BC");
            if (attributes) {
                SMIMECapabilityVector capabilities = new SMIMECapabilityVector();
                capabilities.addCapability(SMIMECapability.aES256_CBC);
                capabilities.addCapability(SMIMECapability.rC2_CBC, 128);
                ASN1EncodableVector signed = new ASN1EncodableVector();
                signed.add(new SMIMECapabilitiesAttribute(capabilities));
                signed.add(new SMIMEEncryptionKeyPreferenceAttribute(
                        SMIMEUtil.createIssuerAndSerialNumberFor(certificate)));
                builder.setSignedAttributeGenerator(new AttributeTable(signed));
            } else {
                builder.setDirectSignature(true);
            }
            generator.addSignerInfoGenerator(builder.build(names[i + 1], keys.key(names[i]), certificate));
            generator.addCertificates(new JcaCertStore(List.of(certificate, keys.certificate("root"))));
        }
        return generator;
    }

    private void signed() throws Exception {
        for (String[] one : SIGNERS) {
            for (String entity : entities.keySet()) {
                for (boolean attributes : new boolean[] {true, false}) {
                    String name = (attributes ? one[0] : "untrusted-direct") + "-" + one[2] + "-" + one[1];
                    SMIMESignedGenerator signer = signer(attributes, one[1], one[2]);
                    mail(name, entity, part(signer.generate(part(entity))));
                    mail(name + "-opaque", entity, signer.generateEncapsulated(part(entity)));
                }
            }
        }
    }

    private void nested() throws Exception {
        RecipientInfoGenerator bob = recipients().get("rsa");
        for (String entity : entities.keySet()) {
            SMIMESignedGenerator rsa = signer(true, "alice-rsa", "SHA256withRSA");
            SMIMESignedGenerator ec = signer(true, "alice-prime256v1", "SHA256withECDSA");
            MimeBodyPart compressed = new SMIMECompressedGenerator().generate(part(entity), new ZlibCompressor());
            MimeBodyPart clear = part(rsa.generate(part(entity)));
            MimeBodyPart opaque = fixed(rsa.generateEncapsulated(part(entity)));
            mail("unsigned-compressed", entity, compressed);
            mail("trusted-of-compressed", entity, part(rsa.generate(compressed)));
            mail("trusted-compressed", entity, new SMIMECompressedGenerator().generate(clear, new ZlibCompressor()));
            mail("trusted-twice", entity, part(ec.generate(clear)));
            mail("trusted-twice-opaque", entity, ec.generateEncapsulated(opaque));
            SMIMEEnvelopedGenerator enveloped = new SMIMEEnvelopedGenerator();
            enveloped.addRecipientInfoGenerator(bob);
            MimeBodyPart encrypted = enveloped.generate(clear, cipher(CMSAlgorithm.AES128_CBC));
            mail("trusted-encrypted", entity, encrypted);
            mail("trusted-triple", entity, part(ec.generate(encrypted)));
            mail("trusted-triple-opaque", entity, ec.generateEncapsulated(encrypted));
            String[] three = {"alice-rsa", "SHA256withRSA", "alice-secp384r1", "SHA384withECDSA", "alice-ed25519", "Ed25519"};
            mail("trusted-three-signers", entity, part(signer(true, three).generate(part(entity))));
        }
    }

    private static OutputEncryptor cipher(ASN1ObjectIdentifier oid) throws Exception {
        return new JceCMSContentEncryptorBuilder(oid).setProvider("BC").build();
    }

    private Map<String, RecipientInfoGenerator> recipients() throws Exception {
        Map<String, RecipientInfoGenerator> all = new LinkedHashMap<>();
        var rsa = keys.certificate("bob-rsa");
        all.put("rsa", new JceKeyTransRecipientInfoGenerator(rsa).setProvider("BC"));
        for (String digest : new String[] {"SHA-1", "SHA-256", "SHA-384", "SHA-512"}) {
            for (String mask : new String[] {"SHA-1", digest}) {
                var oaep = new OAEPParameterSpec(digest, "MGF1", new MGF1ParameterSpec(mask), PSource.PSpecified.DEFAULT);
                var algorithm = new JcaAlgorithmParametersConverter()
                        .getAlgorithmIdentifier(PKCSObjectIdentifiers.id_RSAES_OAEP, oaep);
                all.put("oaep-" + digest + "-" + mask, new JceKeyTransRecipientInfoGenerator(rsa, algorithm).setProvider("BC"));
            }
        }
        Map<String, ASN1ObjectIdentifier> schemes = Map.of(
                "SHA1", CMSAlgorithm.ECDH_SHA1KDF, "SHA224", CMSAlgorithm.ECDH_SHA224KDF,
                "SHA256", CMSAlgorithm.ECDH_SHA256KDF, "SHA384", CMSAlgorithm.ECDH_SHA384KDF,
                "SHA512", CMSAlgorithm.ECDH_SHA512KDF, "cofactor-SHA1", CMSAlgorithm.ECCDH_SHA1KDF,
                "cofactor-SHA256", CMSAlgorithm.ECCDH_SHA256KDF);
        ASN1ObjectIdentifier[] wraps = {CMSAlgorithm.AES128_WRAP, CMSAlgorithm.AES192_WRAP, CMSAlgorithm.AES256_WRAP};
        for (String curve : new String[] {"prime256v1", "secp384r1", "secp521r1"}) {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", "BC");
            generator.initialize(new ECGenParameterSpec(curve));
            for (var scheme : schemes.entrySet()) {
                for (ASN1ObjectIdentifier wrap : wraps) {
                    KeyPair pair = generator.generateKeyPair();
                    var recipient = new JceKeyAgreeRecipientInfoGenerator(scheme.getValue(), pair.getPrivate(), pair.getPublic(), wrap);
                    recipient.addRecipient(keys.certificate("bob-" + curve));
                    all.put(curve + "-" + scheme.getKey() + "-" + wrap, recipient.setProvider("BC"));
                }
            }
        }
        for (var prf : List.of(PasswordRecipient.PRF.HMacSHA1, PasswordRecipient.PRF.HMacSHA256, PasswordRecipient.PRF.HMacSHA512)) {
            all.put("password-" + prf.getName(), new JcePasswordRecipientInfoGenerator(CMSAlgorithm.AES256_CBC, "secret".toCharArray())
                    .setProvider("BC").setSaltAndIterationCount("saltsalt".getBytes(StandardCharsets.UTF_8), 2048).setPRF(prf));
        }
        return all;
    }

    private void encrypted() throws Exception {
        for (var one : recipients().entrySet()) {
            SMIMEEnvelopedGenerator enveloped = new SMIMEEnvelopedGenerator();
            enveloped.addRecipientInfoGenerator(one.getValue());
            mail("unsigned-" + one.getKey(), "mixed", enveloped.generate(part("mixed"), cipher(CMSAlgorithm.AES256_CBC)));
            authenticated("unsigned-authenticated-" + one.getKey(), one.getValue(), CMSAlgorithm.AES256_GCM);
        }
        Map<String, ASN1ObjectIdentifier> ciphers = Map.of(
                "unsigned-128", CMSAlgorithm.AES128_CBC, "unsigned-192", CMSAlgorithm.AES192_CBC,
                "unsigned-256", CMSAlgorithm.AES256_CBC, "refused-3DES", CMSAlgorithm.DES_EDE3_CBC,
                "refused-RC2", CMSAlgorithm.RC2_CBC, "refused-Camellia", CMSAlgorithm.CAMELLIA128_CBC);
        for (var cipher : ciphers.entrySet()) {
            for (String entity : entities.keySet()) {
                for (boolean ber : new boolean[] {true, false}) {
                    SMIMEEnvelopedGenerator enveloped = new SMIMEEnvelopedGenerator();
                    enveloped.setBerEncodeRecipients(ber);
                    enveloped.addRecipientInfoGenerator(recipients().get("rsa"));
                    enveloped.addRecipientInfoGenerator(recipients().get("oaep-SHA-256-SHA-256"));
                    mail(cipher.getKey() + (ber ? "-BER" : ""), entity, enveloped.generate(part(entity), cipher(cipher.getValue())));
                }
            }
        }
        RecipientInfoGenerator rsa = recipients().get("rsa");
        authenticated("unsigned-AES128_GCM", rsa, CMSAlgorithm.AES128_GCM);
        authenticated("unsigned-AES192_GCM", rsa, CMSAlgorithm.AES192_GCM);
        authenticated("refused-AES128_CCM", rsa, CMSAlgorithm.AES128_CCM);
    }

    private void authenticated(String name, RecipientInfoGenerator recipient, ASN1ObjectIdentifier oid) throws Exception {
        CMSAuthEnvelopedDataGenerator generator = new CMSAuthEnvelopedDataGenerator();
        generator.addRecipientInfoGenerator(recipient);
        byte[] object = generator.generate(new CMSProcessableByteArray(entities.get("text")), (OutputAEADEncryptor) cipher(oid)).getEncoded();
        String head = "Content-Type: application/pkcs7-mime; smime-type=authEnveloped-data; name=smime.p7m\r\n"
                + "Content-Transfer-Encoding: base64\r\n\r\n";
        String text = head + Base64.getMimeEncoder().encodeToString(object) + "\r\n";
        mail(name, "text", new MimeBodyPart(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII))));
    }
}
