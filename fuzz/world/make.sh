#!/usr/bin/env bash
# Makes the certificates and keys of the fuzz targets anew. They are of no use for anything else: everybody has the keys.
# The stub of the cryptography refuses a signature whose last octet is 7 modulo 8, so none ends like that.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

last_octet() { openssl x509 -in "$1" -outform DER | tail -c 1 | od -An -tu1; }

# certify NAME ISSUER SERIAL EXTENSIONS: from NAME.key, by ISSUER.
certify() {
    local name="$1" issuer="$2" serial="$3" by=(-signkey root.key) ext="$work/ext"
    printf '%b' "$4\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n" >"$ext"
    [[ "$issuer" == "$name" ]] || by=(-CA "$issuer.pem" -CAkey "$issuer.key")
    openssl req -new -key "$work/any.key" -subj "/CN=$name" -out "$work/csr"
    openssl pkey -in "$name.key" -pubout -out "$work/pub"
    while :; do
        openssl x509 -req -in "$work/csr" -force_pubkey "$work/pub" "${by[@]}" -set_serial "$serial" -days 7300 \
            -sha256 -extfile "$ext" -out "$name.pem" 2>/dev/null
        (($(last_octet "$name.pem") % 8 == 7)) || break
    done
}

key() { openssl genpkey -algorithm "${@:2}" -out "$1" 2>/dev/null; }
ca='basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign'
mail() { printf 'basicConstraints=CA:false\nextendedKeyUsage=emailProtection\nkeyUsage=critical,%s\nsubjectAltName=email:%s' "$2" "$1"; }

key "$work/any.key" EC -pkeyopt ec_paramgen_curve:P-256
key root.key EC -pkeyopt ec_paramgen_curve:P-256
key middle.key EC -pkeyopt ec_paramgen_curve:P-256
key alice.key RSA -pkeyopt rsa_keygen_bits:2048
key bob.key EC -pkeyopt ec_paramgen_curve:P-256
key carol.key X25519
key dave.key ED25519
certify root root 1 "$ca"
certify middle root 2 "$ca"
certify alice root 3 "$(mail alice@example.org digitalSignature,keyEncipherment)"
certify bob root 4 "$(mail bob@example.org digitalSignature,keyAgreement)"
certify carol middle 5 "$(mail carol@example.org keyAgreement)"
certify dave middle 6 "$(mail dave@example.org digitalSignature)"
