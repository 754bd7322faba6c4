//! Tests of environment URLs: how they are normalized, and which are refused.

use super::*;

#[test]
fn environment_urls_are_normalised() {
    for (written, normalised) in [
        ("https://acme.scalekit.dev", "https://acme.scalekit.dev"),
        ("https://acme.scalekit.dev/", "https://acme.scalekit.dev"),
        (" https://acme.scalekit.dev\n", "https://acme.scalekit.dev"),
        ("HTTPS://Acme.Scalekit.DEV:443/", "https://acme.scalekit.dev"),
        ("https://auth.acme.com:8443", "https://auth.acme.com:8443"),
        ("http://localhost:9080", "http://localhost:9080"),
        ("http://scalekit.localhost", "http://scalekit.localhost"),
        ("http://127.8.0.1:80/", "http://127.8.0.1"),
        ("http://[::1]:9080", "http://[::1]:9080"),
    ] {
        let endpoints = Endpoints::parse(written).unwrap();
        assert_eq!(endpoints.environment_url(), normalised, "{written}");
        assert_eq!(endpoints.keys, format!("{normalised}/keys"));
    }
}

#[test]
fn what_is_no_environment_url_is_refused_with_what_to_write() {
    use EnvironmentUrlError as E;
    for (written, error) in [
        ("", E::NotAbsolute),
        ("acme.scalekit.dev", E::NotAbsolute),
        ("//acme.scalekit.dev", E::NotAbsolute),
        ("https://", E::NotAbsolute),
        ("ftp://acme.scalekit.dev", E::NotAbsolute),
        ("localhost:9080", E::NotAbsolute),
        ("http://acme.scalekit.dev", E::PlainHttp),
        ("http://localhost.", E::PlainHttp),
        ("http://localhost.evil.example", E::PlainHttp),
        ("http://0.0.0.0", E::PlainHttp),
        ("http://[::ffff:127.0.0.1]", E::PlainHttp),
        ("https://user@acme.scalekit.dev", E::Userinfo),
        ("https://user:hunter2@acme.scalekit.dev", E::Userinfo),
        ("https://:hunter2@acme.scalekit.dev", E::Userinfo),
        ("https://acme.scalekit.dev/oauth/authorize", E::MoreThanOrigin),
        ("https://acme.scalekit.dev//", E::MoreThanOrigin),
        ("https://acme.scalekit.dev?x=1", E::MoreThanOrigin),
        ("https://acme.scalekit.dev/?", E::MoreThanOrigin),
        ("https://acme.scalekit.dev#", E::MoreThanOrigin),
    ] {
        assert_eq!(Endpoints::parse(written), Err(error), "{written}");
        assert!(!error.to_string().contains("hunter2"));
    }
}
