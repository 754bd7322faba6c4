//! A table of the tokens that a hostile or broken issuer can send (RFC 8725 §3). Each is refused for its own reason.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};

use super::*;

fn encode(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// A properly signed token of any header and claims.
fn signed(header: &str, claims: &str) -> String {
    SigningKey::development().sign(header, claims)
}

fn with_header(header: &str) -> String {
    signed(header, &access().to_string())
}

/// A token whose payload begins with `member`, as it is written here. The usual claim `name` is left out.
fn with_member(name: &str, member: &str) -> String {
    let claims = with(access(), json!({ name: null })).to_string();
    signed(HEADER, &claims.replacen('{', &format!("{{{member},"), 1))
}

#[test]
fn r42_malformed_tokens_are_invalid_each_for_its_reason() {
    let good = sign(&access());
    let (rest, signature) = good.rsplit_once('.').unwrap();
    let (header, payload) = rest.split_once('.').unwrap();
    let payload_text = access().to_string();
    let forged = SigningKey::successor().sign(HEADER, &payload_text);
    let hs256 = {
        let key = aws_lc_rs::hmac::Key::new(
            aws_lc_rs::hmac::HMAC_SHA256,
            SigningKey::development().jwk("snk_1").as_bytes(),
        );
        let input = format!("{}.{payload}", encode(r#"{"alg":"HS256","kid":"snk_1"}"#));
        let tag = aws_lc_rs::hmac::sign(&key, input.as_bytes());
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(tag))
    };
    // the last character of a 256-byte signature carries four bits that must be zero
    let trailing_bits = {
        let last = good.chars().last().unwrap();
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let next = alphabet.chars().nth(alphabet.find(last).unwrap() + 1).unwrap();
        format!("{}{next}", &good[..good.len() - 1])
    };
    use InvalidToken as I;
    let table: Vec<(&str, String, I)> = vec![
        // shape
        ("nothing", String::new(), I::Malformed),
        ("one part", header.into(), I::Malformed),
        ("two parts", rest.into(), I::Malformed),
        ("four parts", format!("{good}.AAAA"), I::Malformed),
        ("five parts, as an encrypted token", format!("{header}.AA.AA.AA.AA"), I::Malformed),
        ("only dots", "..".into(), I::Malformed),
        ("no header", format!(".{payload}.{signature}"), I::Malformed),
        ("no payload", format!("{header}..{signature}"), I::Signature),
        ("no signature", format!("{rest}."), I::Signature),
        ("short signature", format!("{rest}.AAAA"), I::Signature),
        ("signature with a leading zero byte", format!("{rest}.{}", lengthened(signature)), I::Signature),
        ("another token's signature", format!("{rest}.{}", forged.rsplit('.').next().unwrap()), I::Signature),
        ("leading space", format!(" {good}"), I::Malformed),
        ("trailing newline", format!("{good}\n"), I::Malformed),
        ("trailing NUL", format!("{good}\0"), I::Malformed),
        ("bearer prefix", format!("Bearer {good}"), I::Malformed),
        ("quoted", format!("\"{good}\""), I::Malformed),
        ("longer than 64 KiB", with_member("pad", &format!(r#""pad":"{}""#, "x".repeat(64 * 1024))), I::Malformed),
        ("100 KB header", with_header(&format!(r#"{{"alg":"RS256","kid":"snk_1","x":"{}"}}"#, "x".repeat(100_000))), I::Malformed),
        // base64url
        ("padded signature", format!("{rest}.{signature}=="), I::Malformed),
        ("padded header", SigningKey::development().sign_encoded(&URL_SAFE.encode(HEADER), payload), I::Malformed),
        ("standard alphabet", SigningKey::development().sign_encoded(header, &STANDARD.encode(r#"{"a":"???>>>~~~"}"#)), I::Malformed),
        ("set bits behind the last byte", trailing_bits, I::Malformed),
        ("a character more than bytes", format!("{rest}.{signature}AAA"), I::Malformed),
        ("percent-encoded dot", good.replacen('.', "%2E", 1), I::Malformed),
        ("not ASCII", format!("{rest}.ü{signature}"), I::Malformed),
        // header
        ("header is no JSON", with_header("RS256"), I::Malformed),
        ("header is a list", with_header(r#"["RS256","snk_1"]"#), I::Malformed),
        ("header is null", with_header("null"), I::Malformed),
        ("header with something behind", with_header(&format!("{HEADER}{{}}")), I::Malformed),
        ("header is not UTF-8", SigningKey::development().sign_encoded(&URL_SAFE_NO_PAD.encode(b"{\"alg\":\"\xff\"}"), payload), I::Malformed),
        ("no algorithm", with_header(r#"{"kid":"snk_1"}"#), I::Algorithm),
        ("algorithm none", format!("{}.{payload}.", encode(r#"{"alg":"none","kid":"snk_1"}"#)), I::Algorithm),
        ("algorithm None", with_header(r#"{"alg":"None","kid":"snk_1"}"#), I::Algorithm),
        ("algorithm nOnE", with_header(r#"{"alg":"nOnE","kid":"snk_1"}"#), I::Algorithm),
        ("HS256 with the public key", hs256, I::Algorithm),
        ("algorithm in lower case", with_header(r#"{"alg":"rs256","kid":"snk_1"}"#), I::Algorithm),
        ("RS384", with_header(r#"{"alg":"RS384","kid":"snk_1"}"#), I::Algorithm),
        ("PS256", with_header(r#"{"alg":"PS256","kid":"snk_1"}"#), I::Algorithm),
        ("ES256", with_header(r#"{"alg":"ES256","kid":"snk_1"}"#), I::Algorithm),
        ("EdDSA", with_header(r#"{"alg":"EdDSA","kid":"snk_1"}"#), I::Algorithm),
        ("empty algorithm", with_header(r#"{"alg":"","kid":"snk_1"}"#), I::Algorithm),
        ("algorithm is a list", with_header(r#"{"alg":["RS256"],"kid":"snk_1"}"#), I::Malformed),
        ("algorithm is null", with_header(r#"{"alg":null,"kid":"snk_1"}"#), I::Malformed),
        ("two algorithms", with_header(r#"{"alg":"none","alg":"RS256","kid":"snk_1"}"#), I::Malformed),
        ("two key ids", with_header(r#"{"alg":"RS256","kid":"snk_2","kid":"snk_1"}"#), I::Malformed),
        ("two key ids, one escaped", with_header(r#"{"alg":"RS256","kid":"snk_2","\u006bid":"snk_1"}"#), I::Malformed),
        ("no key id", with_header(r#"{"alg":"RS256"}"#), I::KeyId),
        ("empty key id", with_header(r#"{"alg":"RS256","kid":""}"#), I::KeyId),
        ("key id is a number", with_header(r#"{"alg":"RS256","kid":1}"#), I::Malformed),
        ("key id of 257 bytes", with_header(&format!(r#"{{"alg":"RS256","kid":"{}"}}"#, "k".repeat(257))), I::KeyId),
        ("critical extension", with_header(r#"{"alg":"RS256","kid":"snk_1","crit":["exp"]}"#), I::CriticalExtension),
        ("no critical extensions", with_header(r#"{"alg":"RS256","kid":"snk_1","crit":[]}"#), I::CriticalExtension),
        ("unencoded payload", with_header(r#"{"alg":"RS256","kid":"snk_1","b64":false,"crit":["b64"]}"#), I::CriticalExtension),
        ("type of a logout token", with_header(r#"{"alg":"RS256","kid":"snk_1","typ":"logout+jwt"}"#), I::Type),
        ("type is a number", with_header(r#"{"alg":"RS256","kid":"snk_1","typ":5}"#), I::Malformed),
        ("signed by the key in the header", SigningKey::successor().sign(&format!(r#"{{"alg":"RS256","kid":"snk_1","jwk":{}}}"#, SigningKey::successor().jwk("snk_1")), &payload_text), I::Signature),
        ("signed by the key at the header's URL", SigningKey::successor().sign(r#"{"alg":"RS256","kid":"snk_1","jku":"https://evil.example/keys","x5u":"https://evil.example/x5u"}"#, &payload_text), I::Signature),
        // payload
        ("payload is no JSON", signed(HEADER, "usr_1"), I::Malformed),
        ("payload is a list", signed(HEADER, "[]"), I::Malformed),
        ("payload is null", signed(HEADER, "null"), I::Malformed),
        ("payload is empty", signed(HEADER, ""), I::Malformed),
        ("payload has a byte order mark", signed(HEADER, &format!("\u{feff}{payload_text}")), I::Malformed),
        ("payload with something behind", signed(HEADER, &format!("{payload_text}x")), I::Malformed),
        ("payload is another token", signed(HEADER, &good), I::Malformed),
        ("payload is deep", with_member("deep", &format!(r#""deep":{}{}"#, "[".repeat(5000), "]".repeat(5000))), I::Malformed),
        ("no claims", signed(HEADER, "{}"), I::Missing("iss")),
        ("two subjects", with_member("none", r#""sub":"usr_2""#), I::Malformed),
        ("two subjects, one null", with_member("none", r#""sub":null"#), I::Malformed),
        ("two subjects, one escaped", with_member("none", r#""s\u0075b":"usr_2""#), I::Malformed),
        ("two expiries", with_member("none", r#""exp":9999999999"#), I::Malformed),
        ("two lists of roles", with_member("none", r#""roles":["owner"]"#), I::Malformed),
        ("two custom claims of one name", with_member("none", r#""custom_claims":{}"#), I::Malformed),
        ("expiry is a text", with_member("exp", r#""exp":"1760000300""#), I::Malformed),
        ("expiry is a fraction", with_member("exp", r#""exp":1760000300.5"#), I::Malformed),
        ("expiry is 1e400", with_member("exp", r#""exp":1e400"#), I::Malformed),
        ("expiry is 1e10", with_member("exp", r#""exp":1e10"#), I::Malformed),
        ("expiry is negative", with_member("exp", r#""exp":-1"#), I::Malformed),
        ("expiry is beyond 64 bits", with_member("exp", r#""exp":18446744073709551616"#), I::Malformed),
        ("expiry is true", with_member("exp", r#""exp":true"#), I::Malformed),
        ("expiry is null", with_member("exp", r#""exp":null"#), I::Missing("exp")),
        ("expiry is a list", with_member("exp", r#""exp":[1760000300]"#), I::Malformed),
        ("expiry is not a number", with_member("exp", r#""exp":NaN"#), I::Malformed),
        ("begin is a text", with_member("nbf", r#""nbf":"0""#), I::Malformed),
        ("issue time is a text", with_member("iat", r#""iat":"0""#), I::Malformed),
        ("subject is a number", with_member("sub", r#""sub":1"#), I::Malformed),
        ("subject is a list", with_member("sub", r#""sub":["usr_1"]"#), I::Malformed),
        ("issuer is a list", with_member("iss", &format!(r#""iss":["{ISSUER}"]"#)), I::Malformed),
        ("audience is an object", with_member("aud", r#""aud":{"skc_1":true}"#), I::Malformed),
        ("audience holds a number", with_member("aud", r#""aud":["skc_1",1]"#), I::Malformed),
        ("roles are an object", with_member("roles", r#""roles":{"admin":true}"#), I::Malformed),
        ("roles hold a list", with_member("roles", r#""roles":[["admin"]]"#), I::Malformed),
        ("permissions are true", with_member("permissions", r#""permissions":true"#), I::Malformed),
        ("claim with a lone surrogate", with_member("sub", r#""sub":"\ud800""#), I::Malformed),
        ("issuer with a NUL behind", with_member("iss", &format!(r#""iss":"{ISSUER}\u0000""#)), I::Issuer { found: format!("{ISSUER}\0"), accepted: vec![ISSUER.into()] }),
    ];
    assert!(table.len() >= 60, "{} rows", table.len());
    let (keys, rules) = (keys(), rules());
    for (row, token, why) in table {
        assert_eq!(invalid(verify_session_token(&token, &keys, &rules, now())), why, "{row}");
    }
    valid(verify_session_token(&good, &keys, &rules, now()));
}

#[test]
fn r42_header_members_that_do_not_matter_are_ignored() {
    for header in [
        r#"{"kid":"snk_1","alg":"RS256"}"#,
        r#"{"alg":"RS256","kid":"snk_1","jku":5,"jwk":null,"x5c":[],"cty":"JWT","new":{"a":[1]}}"#,
        "  {\"alg\" : \"RS256\",\n\"kid\":\"snk_1\" } ",
    ] {
        valid(verify_session_token(&with_header(header), &keys(), &rules(), now()));
    }
}

/// The signature with a zero byte in front: the same number, written in another way.
fn lengthened(signature: &str) -> String {
    let mut bytes = vec![0];
    bytes.extend(URL_SAFE_NO_PAD.decode(signature).unwrap());
    URL_SAFE_NO_PAD.encode(bytes)
}
