//! What the gateway signed counts, in every framework, and nothing else does.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod world;

use std::time::Duration;

use gateway_session::{GatewaySessions, HEADER, MAX_LENGTH, MIN_KEY};
use reqwest::Method;
use scalekit_session::testing::ManualClock;
use scalekit_session::{SessionManager, Timestamp};
use serde_json::json;

use world::{AUDIENCE, KEY, NOW, ORIGIN, apps, claims, claims_at, claims_with, genuine, manager, sign};

#[tokio::test]
async fn r53_a_genuine_header_signs_the_user_in() {
    let (apps, _clock) = apps().await;
    for app in &apps {
        let me = app.get("/me", &genuine()).await;
        assert_eq!((me.status, me.body.as_str()), (200, "usr_1"), "{}", app.framework);
        assert_eq!(app.get("/maybe", &genuine()).await.body, "Hello usr_1", "{}", app.framework);

        let note = app.send(Method::POST, "/notes", &[(HEADER, genuine().as_bytes())]).await;
        assert_eq!((note.status, note.body.as_str()), (200, "A note of usr_1"), "{}", app.framework);
    }
}

#[tokio::test]
async fn r53_claims_that_the_gateway_may_write_otherwise_are_taken() {
    let (apps, _clock) = apps().await;
    for (name, claims) in [
        ("several audiences", claims_with("aud", json!(["other", AUDIENCE]))),
        ("a shorter life", claims_with("exp", json!(NOW + 1))),
        ("issued a while ago", claims_at(NOW - 59, NOW + 1)),
        ("not before now", claims_with("nbf", json!(NOW))),
        ("a claim of its own", claims_with("plan", json!("pro"))),
        ("without roles", claims_with("roles", json!(null))),
    ] {
        for app in &apps {
            let answer = app.get("/me", &sign(KEY, &claims)).await;
            assert_eq!(answer.status, 200, "{}: {name}", app.framework);
        }
    }
}

#[tokio::test]
async fn r53_a_header_that_the_gateway_did_not_sign_is_anonymous() {
    let (apps, _clock) = apps().await;
    let genuine = genuine();
    let (signed, mac) = genuine.split_once('.').unwrap();
    let other = sign(KEY, claims_with("sub", json!("usr_2")));
    let (other_signed, _) = other.split_once('.').unwrap();
    for (name, value) in [
        ("forged MAC", format!("{signed}.{}", "A".repeat(mac.len()))),
        ("no MAC", format!("{signed}.")),
        ("no dot", signed.to_owned()),
        ("only the dot", ".".to_owned()),
        ("empty", String::new()),
        ("shortened MAC", format!("{signed}.{}", &mac[..40])),
        ("lengthened MAC", format!("{genuine}AAAA")),
        ("padded MAC", format!("{genuine}=")),
        ("MAC of other claims", format!("{other_signed}.{mac}")),
        ("three parts, as a JWT has", format!("{signed}.{genuine}")),
        ("another key", sign(b"a key that an attacker made up, long enough", claims())),
        ("the key and more", sign(&[KEY, b"!"].concat(), claims())),
        ("claims in plain text", format!("{}.{mac}", claims())),
        ("unsigned, as a JWT with alg none", format!("eyJhbGciOiJub25lIn0.{signed}.")),
    ] {
        for app in &apps {
            app.get("/me", &value).await.assert_anonymous(&format!("{}: {name}", app.framework));
        }
    }
}

#[tokio::test]
async fn r53_signed_claims_that_do_not_hold_are_anonymous() {
    let (apps, _clock) = apps().await;
    let valid = claims().to_string();
    for (name, claims) in [
        ("another audience", claims_with("aud", json!("billing")).to_string()),
        ("the audience in another case", claims_with("aud", json!("Notes")).to_string()),
        ("the audience as part of a name", claims_with("aud", json!("notes-admin")).to_string()),
        ("no audience", claims_with("aud", json!(null)).to_string()),
        ("no subject", claims_with("sub", json!(null)).to_string()),
        ("an empty subject", claims_with("sub", json!("")).to_string()),
        ("no expiry", claims_with("exp", json!(null)).to_string()),
        ("no time of issue", claims_with("iat", json!(null)).to_string()),
        ("a life of 61 seconds", claims_with("exp", json!(NOW + 61)).to_string()),
        ("a life of ages", claims_with("exp", json!(u64::MAX)).to_string()),
        ("issued in the future", claims_with("iat", json!(NOW + 1)).to_string()),
        ("over before it was issued", claims_with("exp", json!(NOW - 1)).to_string()),
        ("over now", claims_at(NOW - 60, NOW).to_string()),
        ("not yet valid", claims_with("nbf", json!(NOW + 1)).to_string()),
        ("a time as text", claims_with("exp", json!((NOW + 60).to_string())).to_string()),
        ("a negative time", claims_with("iat", json!(-1)).to_string()),
        ("a claim twice", valid.replacen('{', r#"{"sub":"usr_2","#, 1)),
        ("a list", format!("[{valid}]")),
        ("cut short", valid[..valid.len() - 1].to_owned()),
        ("not JSON", "usr_1".to_owned()),
        ("nothing", String::new()),
    ] {
        for app in &apps {
            let answer = app.get("/me", &sign(KEY, &claims)).await;
            answer.assert_anonymous(&format!("{}: {name}", app.framework));
        }
    }
}

#[tokio::test]
async fn r43_a_header_that_came_twice_is_anonymous() {
    let (apps, _clock) = apps().await;
    let genuine = genuine();
    let admin = sign(b"a key that an attacker made up, long enough", claims_with("roles", json!(["admin"])));
    let joined =
        [format!("{genuine}, {genuine}"), format!("{genuine},{admin}"), format!("{admin}, {genuine}")];
    for app in &apps {
        for (first, second) in [(&genuine, &genuine), (&genuine, &admin), (&admin, &genuine)] {
            let lines = [(HEADER, first.as_bytes()), (HEADER, second.as_bytes())];
            app.send(Method::GET, "/me", &lines).await.assert_anonymous(app.framework);
        }
        let empty_too: [(_, &[u8]); 2] = [(HEADER, genuine.as_bytes()), (HEADER, b"")];
        app.send(Method::GET, "/me", &empty_too).await.assert_anonymous(app.framework);
        for joined in &joined {
            app.get("/me", joined).await.assert_anonymous(app.framework);
        }
    }
}

#[tokio::test]
async fn r43_a_header_that_is_too_long_or_not_ascii_is_anonymous() {
    let (apps, _clock) = apps().await;
    // The length of the claim is chosen so that the value has as many bytes as wanted. base64 makes 4 of 3.
    let of_length = |wanted: usize| {
        (1..)
            .map(|n| sign(KEY, claims_with("x", json!("x".repeat(n)))))
            .find(|value| value.len() >= wanted)
            .unwrap()
    };
    let longest = of_length(MAX_LENGTH - 1);
    assert!(longest.len() <= MAX_LENGTH);
    let too_long = of_length(MAX_LENGTH + 1);
    for app in &apps {
        assert_eq!(app.get("/me", &longest).await.status, 200, "{}", app.framework);
        app.get("/me", &too_long).await.assert_anonymous(app.framework);
        app.get("/me", &"x".repeat(3 * MAX_LENGTH)).await.assert_anonymous(app.framework);
        let not_ascii = [genuine().as_bytes(), b"\xe9"].concat();
        app.send(Method::GET, "/me", &[(HEADER, &not_ascii)]).await.assert_anonymous(app.framework);
    }
}

#[tokio::test]
async fn r53_the_session_is_over_with_its_header() {
    let (apps, clock) = apps().await;
    let header = genuine();
    for app in &apps {
        clock.set(Timestamp::from_secs(NOW) + Duration::from_millis(59_999));
        assert_eq!(app.get("/me", &header).await.status, 200, "{}", app.framework);
        clock.advance(Duration::from_millis(1));
        app.get("/me", &header).await.assert_anonymous(app.framework);
        assert_eq!(app.get("/maybe", &header).await.body, "Hello stranger", "{}", app.framework);
    }
}

#[tokio::test]
async fn r51_what_another_site_sent_is_refused_with_a_genuine_header_too() {
    let (apps, _clock) = apps().await;
    let genuine = genuine();
    let header = (HEADER, genuine.as_bytes());
    for app in &apps {
        for (name, lines) in [
            ("cross-site", vec![header, ("sec-fetch-site", b"cross-site".as_slice())]),
            ("a sibling host", vec![header, ("sec-fetch-site", b"same-site")]),
            ("another site's Origin", vec![header, ("origin", b"https://evil.example")]),
            ("an opaque Origin", vec![header, ("origin", b"null")]),
        ] {
            let answer = app.send(Method::POST, "/notes", &lines).await;
            let context = format!("{}: {name}", app.framework);
            assert_eq!((answer.status, answer.code().as_str()), (403, "cross_origin"), "{context}");
            answer.assert_private(&context);
        }
        for lines in [
            vec![header, ("sec-fetch-site", b"same-origin".as_slice()), ("origin", ORIGIN.as_bytes())],
            vec![header, ("origin", ORIGIN.as_bytes())],
        ] {
            let answer = app.send(Method::POST, "/notes", &lines).await;
            assert_eq!(answer.status, 200, "{}: its own page", app.framework);
        }
    }
}

#[tokio::test]
async fn r24_every_answer_that_asked_for_the_session_is_kept_out_of_caches() {
    let (apps, _clock) = apps().await;
    for app in &apps {
        for path in ["/me", "/maybe", "/admin"] {
            for header in [genuine(), "forged".to_owned()] {
                let answer = app.get(path, &header).await;
                answer.assert_private(&format!("{}: {path}, {}", app.framework, answer.status));
            }
        }
        let about = app.get("/about", &genuine()).await;
        assert_eq!((about.status, about.header("cache-control"), about.header("vary")), (200, "", ""));
    }
}

#[tokio::test]
async fn r48_no_session_is_problem_json_for_scripts_and_for_page_loads() {
    let (apps, _clock) = apps().await;
    for app in &apps {
        app.send(Method::GET, "/me", &[]).await.assert_anonymous(app.framework);
        let page_load: [(_, &[u8]); 2] = [("accept", b"text/html"), ("sec-fetch-mode", b"navigate")];
        app.send(Method::GET, "/me", &page_load).await.assert_anonymous(app.framework);
        app.send(Method::POST, "/notes", &[]).await.assert_anonymous(app.framework);
        app.send(Method::GET, "/admin", &[]).await.assert_anonymous(app.framework);

        let cookies: [(_, &[u8]); 1] = [("cookie", b"x-gateway-session=1; __Host-scalekit=2")];
        app.send(Method::GET, "/me", &cookies).await.assert_anonymous(app.framework);
    }
}

#[tokio::test]
async fn r42_a_role_counts_when_the_gateway_signed_it() {
    let (apps, _clock) = apps().await;
    let admin = sign(KEY, claims_with("roles", json!(["admin"])));
    for app in &apps {
        let refused = app.get("/admin", &genuine()).await;
        assert_eq!((refused.status, refused.code().as_str()), (403, "forbidden"), "{}", app.framework);
        assert_eq!(app.get("/admin", &admin).await.body, "For administrators", "{}", app.framework);
    }
}

#[test]
fn r46_the_key_is_long_and_not_shown() {
    let clock = || ManualClock::at(Timestamp::from_secs(NOW));
    let short = GatewaySessions::new(&KEY[..MIN_KEY - 1], AUDIENCE, ORIGIN, clock());
    assert_eq!(short.unwrap_err().to_string(), "the gateway's key has fewer than 32 bytes");
    assert!(GatewaySessions::new(&KEY[..MIN_KEY], AUDIENCE, ORIGIN, clock()).is_ok());

    let manager = manager(clock());
    assert!(manager.refresh_policy().idle_limit > Duration::ZERO);
    let shown = format!("{manager:?}");
    assert!(shown.contains(AUDIENCE) && !shown.contains("the key that"), "{shown}");
    assert!(!shown.contains(&format!("{KEY:?}")) && !shown.contains("116, 104, 101"), "{shown}");
}
