#!/usr/bin/env bash
# Exchanges mail with Bouncy Castle in both directions: what it writes is opened by `smime open`, what `smime protect` writes is
# opened by it. Content and verdict are compared. Needs OpenSSL and, on Debian:
#   apt-get install default-jdk-headless libbcmail-java libmail-java
# Keys, messages and reports are left in OUT (target/bouncy-castle). Its last lines are the counts; any difference is an error.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

out="${OUT:-target/bouncy-castle}"
rm -rf "$out"/{classes,theirs,ours}
mkdir -p "$out"/{classes,theirs,ours}
cargo build --quiet --features cli --bin smime
smime="${CARGO_TARGET_DIR:-target}/debug/smime"

jars=/usr/share/java
classes="$out/classes"
for jar in bcmail bcpkix bcprov bcutil javax.mail javax.activation; do
    classes="$classes:$jars/$jar.jar"
done
javac -Xlint:all,-path -Werror -d "$out/classes" -cp "$classes" scripts/bouncy-castle/*.java

# issue NAME ADDRESS USAGE, with the key in NAME.key
issue() {
    printf 'keyUsage=critical,%s\nextendedKeyUsage=emailProtection\nsubjectAltName=email:%s\nsubjectKeyIdentifier=hash\n' \
        "$3" "$2" >"$out/$1.ext"
    openssl req -new -key "$out/$1.key" -subj "/CN=$1" -out "$out/$1.csr"
    openssl x509 -req -in "$out/$1.csr" -CA "$out/root.pem" -CAkey "$out/root.key" -CAcreateserial -days 30 \
        -extfile "$out/$1.ext" -out "$out/$1.pem" 2>/dev/null
    openssl pkcs12 -export -inkey "$out/$1.key" -in "$out/$1.pem" -certfile "$out/root.pem" -name "$1" \
        -passout pass:secret -out "$out/$1.p12"
}

echo secret >"$out/password"
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$out/root.key" -out "$out/root.pem" -subj /CN=Root -days 30 \
    -addext keyUsage=critical,keyCertSign 2>/dev/null
for kind in rsa prime256v1 secp384r1 secp521r1 ed25519; do
    for person in alice bob; do
        key="$out/$person-$kind.key"
        case $kind in
        rsa) openssl genrsa -out "$key" 3072 2>/dev/null ;;
        ed25519) openssl genpkey -algorithm ed25519 -out "$key" ;;
        *) openssl ecparam -name "$kind" -genkey -noout -out "$key" ;;
        esac
    done
    issue "alice-$kind" alice@example.org digitalSignature
    case $kind in
    rsa) issue bob-rsa bob@example.org keyEncipherment ;;
    ed25519) ;;
    *) issue "bob-$kind" bob@example.org keyAgreement ;;
    esac
done

# Their messages. The first word of a name is the verdict that is expected, or "refused".
java -cp "$classes" Write "$out"
me=(--password-file "$out/password" --message-password-file "$out/password" --trust "$out/root.pem")
for identity in "$out"/bob-*.p12; do
    me+=(--identity "$identity")
done
theirs=0
wrong=0
for mail in "$out"/theirs/*.eml; do
    name="$(basename "$mail" .eml)"
    found=refused
    if "$smime" open "${me[@]}" -i "$mail" -o "$out/opened" 2>"$out/theirs/$name.report"; [[ $? -le 1 ]]; then
        found="$(sed -n '1s/:.*//p' "$out/theirs/$name.report")"
        found="${found,,}"
    fi
    theirs=$((theirs + 1))
    if [[ "$found" != "${name%%-*}" ]]; then
        echo "$name: $found"
        wrong=$((wrong + 1))
    elif [[ "$found" != refused ]] && ! cmp -s "$out/opened" "$out/theirs/$name.content"; then
        echo "$name: the content differs"
        wrong=$((wrong + 1))
    fi
done
echo "$theirs messages of Bouncy Castle opened, $wrong not as expected"

# Our messages.
protect() {
    local name="$1" mail="$2"
    shift 2
    "$smime" protect "$@" -i "$out/mail-$mail.eml" -o "$out/ours/$name-$mail.eml" 2>"$out/protect" ||
        { cat "$out/protect"; exit 1; }
}
secret=(--password-file "$out/password")
from='From: alice@example.org\r\nTo: bob@example.org\r\nSubject: figures\r\nMIME-Version: 1.0\r\n'
printf "$from"'Content-Type: text/plain\r\n\r\nHello Bob\r\n.\r\nFrom me\r\n' >"$out/mail-text.eml"
printf "$from"'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGr\xc3\xbc\xc3\x9fe  \r\n\r\n' >"$out/mail-8bit.eml"
printf "$from"'Content-Type: text/plain\r\n\r\n' >"$out/mail-empty.eml"
{ printf "$from"'Content-Type: text/plain\r\n\r\n'; printf '%070d\r\n' {1..6000}; } >"$out/mail-long.eml"
for mail in text 8bit empty long; do
    for kind in rsa prime256v1 secp384r1 secp521r1 ed25519; do
        for form in "" --opaque; do
            protect "signed-$kind$form" "$mail" --sign "$out/alice-$kind.p12" "${secret[@]}" $form
        done
    done
    for digest in sha256 sha384 sha512; do
        protect "signed-$digest" "$mail" --sign "$out/alice-prime256v1.p12" "${secret[@]}" --digest "$digest"
        protect "signed-pss-$digest" "$mail" --sign "$out/alice-rsa.p12" "${secret[@]}" --pss --digest "$digest"
    done
    for kind in rsa prime256v1 secp384r1 secp521r1; do
        protect "both-$kind" "$mail" --sign "$out/alice-rsa.p12" "${secret[@]}" --compress --to "$out/bob-$kind.pem"
        for cipher in aes{128,192,256}-cbc aes{128,256}-gcm chacha20-poly1305; do
            protect "encrypted-$kind-$cipher" "$mail" --to "$out/bob-$kind.pem" --cipher "$cipher"
        done
    done
    protect encrypted-oaep "$mail" --to "$out/bob-rsa.pem" --key-encryption oaep
    protect encrypted-to-all "$mail" --to "$out/bob-rsa.pem" --to "$out/bob-prime256v1.pem" --to "$out/bob-secp384r1.pem"
done
java -cp "$classes" Read "$out"
exit $((wrong > 0))
