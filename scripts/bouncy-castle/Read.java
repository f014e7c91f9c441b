import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.InputStream;
import java.security.Security;
import java.util.Arrays;
import java.util.Collection;
import java.util.Properties;
import javax.mail.Session;
import javax.mail.internet.ContentType;
import javax.mail.internet.MimeBodyPart;
import javax.mail.internet.MimeMessage;
import javax.mail.internet.MimeMultipart;
import javax.mail.internet.MimePart;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSAuthEnvelopedData;
import org.bouncycastle.cms.CMSCompressedData;
import org.bouncycastle.cms.CMSEnvelopedData;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSTypedData;
import org.bouncycastle.cms.KeyTransRecipientInformation;
import org.bouncycastle.cms.RecipientInformation;
import org.bouncycastle.cms.RecipientInformationStore;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.SignerInformationStore;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.cms.jcajce.JceKeyAgreeEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyTransEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.ZlibExpanderProvider;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.mail.smime.SMIMESigned;
import org.bouncycastle.util.Store;

/** Opens every mail in a folder, layer by layer, and compares what is in it with what it was made of. */
final class Read {
    private final Keys keys;
    /** The layers of the mail that is being read: "e" for encrypted, "s" for signed, "c" for compressed. */
    private String layers = "";

    private Read(Keys keys) {
        this.keys = keys;
    }

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        Write.handlers();
        File[] mails = new File(arguments[0], "ours").listFiles();
        Arrays.sort(mails);
        int wrong = 0;
        for (File mail : mails) {
            String why = new Read(new Keys(arguments[0])).differs(mail, arguments[0]);
            if (why != null) {
                System.out.println(mail.getName() + ": " + why);
                wrong++;
            }
        }
        System.out.println(mails.length + " messages opened by Bouncy Castle, " + wrong + " not as expected");
        System.exit(wrong > 0 ? 1 : 0);
    }

    private String differs(File file, String folder) {
        String name = file.getName();
        String kind = name.substring(0, name.indexOf('-'));
        String expected = kind.equals("signed") ? "s" : kind.equals("both") ? "esc" : "e";
        try (InputStream mail = new FileInputStream(file)) {
            String original = name.substring(name.lastIndexOf('-') + 1);
            MimeMessage before;
            try (InputStream given = new FileInputStream(folder + "/mail-" + original)) {
                before = new MimeMessage(session(), given);
            }
            byte[] content = open(new MimeMessage(session(), mail));
            if (!layers.equals(expected)) {
                return "layers " + layers;
            }
            return Arrays.equals(content, text(before)) ? null : "the content differs";
        } catch (Exception error) {
            return error.toString();
        }
    }

    static Session session() {
        return Session.getInstance(new Properties());
    }

    /** The text inside of all layers. */
    private byte[] open(MimePart part) throws Exception {
        ContentType type = new ContentType(part.getContentType());
        if (type.match("multipart/signed")) {
            SMIMESigned signed = new SMIMESigned((MimeMultipart) part.getContent());
            verify(signed.getSignerInfos(), signed.getCertificates());
            return open(signed.getContent());
        }
        if (!type.match("application/pkcs7-mime")) {
            return text(part);
        }
        byte[] object = text(part);
        switch (type.getParameter("smime-type")) {
            case "signed-data":
                CMSSignedData signed = new CMSSignedData(object);
                verify(signed.getSignerInfos(), signed.getCertificates());
                return open(entity(bytes(signed.getSignedContent())));
            case "enveloped-data":
                return open(entity(decrypt(new CMSEnvelopedData(object).getRecipientInfos())));
            case "authEnveloped-data":
                return open(entity(decrypt(new CMSAuthEnvelopedData(object).getRecipientInfos())));
            case "compressed-data":
                layers += "c";
                return open(entity(new CMSCompressedData(object).getContent(new ZlibExpanderProvider())));
            default:
                throw new Exception(part.getContentType());
        }
    }

    private static MimeBodyPart entity(byte[] bytes) throws Exception {
        return new MimeBodyPart(new ByteArrayInputStream(bytes));
    }

    /** The body, its transfer encoding undone. */
    private static byte[] text(MimePart part) throws Exception {
        try (InputStream body = part.getInputStream()) {
            return body.readAllBytes();
        }
    }

    private static byte[] bytes(CMSTypedData content) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        content.write(bytes);
        return bytes.toByteArray();
    }

    private void verify(SignerInformationStore signers, Store<X509CertificateHolder> certificates) throws Exception {
        layers += "s";
        if (signers.size() != 1) {
            throw new Exception(signers.size() + " signers");
        }
        for (SignerInformation signer : signers.getSigners()) {
            @SuppressWarnings("unchecked")
            Collection<X509CertificateHolder> found = certificates.getMatches(signer.getSID());
            X509CertificateHolder holder = found.iterator().next();
            if (!signer.verify(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(holder))) {
                throw new Exception("the signature does not verify");
            }
        }
    }

    @SuppressWarnings("unchecked")
    private byte[] decrypt(RecipientInformationStore recipients) throws Exception {
        layers += "e";
        byte[] content = null;
        for (RecipientInformation recipient : recipients.getRecipients()) {
            for (String name : Keys.ENCRYPTION) {
                if (!recipient.getRID().match(new X509CertificateHolder(keys.certificate(name).getEncoded()))) {
                    continue;
                }
                byte[] found = recipient instanceof KeyTransRecipientInformation
                        ? recipient.getContent(new JceKeyTransEnvelopedRecipient(keys.key(name)).setProvider("BC"))
                        : recipient.getContent(new JceKeyAgreeEnvelopedRecipient(keys.key(name)).setProvider("BC"));
                if (content != null && !Arrays.equals(content, found)) {
                    throw new Exception("recipients read different contents");
                }
                content = found;
            }
        }
        if (content == null) {
            throw new Exception("no recipient");
        }
        return content;
    }
}
