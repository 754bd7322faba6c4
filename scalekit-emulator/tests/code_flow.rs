//! From the authorization request to verified tokens.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scalekit_emulator::{Client, Membership, Organization, Rotation, User};
use serde_json::{Value, json};
use support::{
    CALLBACK, CHALLENGE, START, VERIFIER, claims, error, header, ok, query, stage, stage_with, text,
};

#[cfg(test)]
mod support;

#[tokio::test]
async fn a_code_buys_tokens_with_the_claims_of_scalekit() {
    let stage = stage().await;
    let code = stage.code(
        "ada@acme.example",
        &[("nonce", "n-1"), ("code_challenge", CHALLENGE), ("code_challenge_method", "S256")],
    );
    let response = stage
        .token(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ])
        .await;
    assert_eq!(response.headers()["cache-control"], "no-store");
    let body = ok(response).await;
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 299);
    assert_eq!(body["scope"], "openid profile email offline_access");
    let refresh = text(&body, "refresh_token");
    assert_eq!(refresh.len(), 40);
    assert!(refresh.bytes().all(|byte| byte.is_ascii_hexdigit()));

    let session = &stage.emulator.sessions()[0];
    let access = text(&body, "access_token");
    assert_eq!(header(access)["alg"], "RS256");
    let access_claims = claims(access);
    assert_eq!(access_claims["iss"], stage.emulator.url());
    assert_eq!(access_claims["aud"], json!([stage.emulator.client_id()]));
    assert_eq!(access_claims["sub"], "usr_100000000000000001");
    assert_eq!(access_claims["oid"], "org_100000000000000001");
    assert_eq!(access_claims["sid"], session.id);
    assert_eq!(access_claims["client_id"], stage.emulator.client_id());
    assert_eq!(access_claims["iat"], START);
    assert_eq!(access_claims["nbf"], START);
    assert_eq!(access_claims["exp"], START + 300);
    assert_eq!(access_claims["roles"], json!(["admin"]));
    assert_eq!(access_claims["permissions"].as_array().unwrap().len(), 12);
    assert_eq!(access_claims["scope"], body["scope"]);
    assert_eq!(access_claims["xoid"], "acme");
    assert_eq!(access_claims["xuid"], "ada");
    assert!(text(&access_claims, "jti").starts_with("tkn_"));

    let id = claims(text(&body, "id_token"));
    assert_eq!(id["iss"], stage.emulator.url());
    assert_eq!(id["aud"], json!([stage.emulator.client_id()]));
    assert_eq!(id["azp"], stage.emulator.client_id());
    assert_eq!(id["client_id"], stage.emulator.client_id());
    assert_eq!(id["sub"], access_claims["sub"]);
    assert_eq!(id["oid"], access_claims["oid"]);
    assert_eq!(id["sid"], access_claims["sid"]);
    assert_eq!(id["xoid"], "acme");
    assert_eq!(id["exp"], START + 1800);
    assert_eq!(id["nonce"], "n-1");
    assert_eq!(id["amr"], json!(["conn_100000000000000001"]));
    assert_eq!(id["email"], "ada@acme.example");
    assert_eq!(id["email_verified"], true);
    assert_eq!(id["name"], "Ada Lovelace");
    assert_eq!(id["given_name"], "Ada");
    assert_eq!(id["family_name"], "Lovelace");
    assert_eq!(id["at_hash"], half_hash(access));
    assert_eq!(id["c_hash"], half_hash(&code));
    assert!(id.get("jti").is_none());
}

#[tokio::test]
async fn the_published_key_verifies_all_signatures_after_a_rotation_too() {
    let stage = stage().await;
    let before = stage.sign_in("ada@acme.example").await;
    stage.emulator.rotate_keys(Rotation::KeepOld).unwrap();
    let after = stage.sign_in("ada@acme.example").await;
    let keys = stage.keys().await;
    assert_eq!(keys["keys"].as_array().unwrap().len(), 2);
    for response in [&before, &after] {
        assert!(verifies(text(response, "access_token"), &keys));
        assert!(verifies(text(response, "id_token"), &keys));
    }

    stage.emulator.rotate_keys(Rotation::DropOld).unwrap();
    let keys = stage.keys().await;
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1);
    assert!(!verifies(text(&after, "access_token"), &keys));
    let latest = stage.sign_in("ada@acme.example").await;
    assert!(verifies(text(&latest, "access_token"), &keys));
}

#[tokio::test]
async fn the_discovery_document_names_endpoints_that_answer() {
    let stage = stage().await;
    let url = stage.at("/.well-known/openid-configuration");
    let document = ok(stage.http.get(url).send().await.unwrap()).await;
    assert_eq!(document["issuer"], stage.emulator.url());
    for name in [
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "end_session_endpoint",
        "jwks_uri",
        "revocation_endpoint",
    ] {
        let answer = stage.http.get(text(&document, name)).send().await.unwrap();
        assert_ne!(answer.status(), 404, "{name}");
    }
}

#[tokio::test]
async fn without_offline_access_there_is_no_refresh_token() {
    let stage = stage().await;
    let code = stage.code("ada@acme.example", &[("scope", "openid email")]);
    let body = ok(stage.exchange(&code).await).await;
    assert!(body.get("refresh_token").is_none());
    let id = claims(text(&body, "id_token"));
    assert_eq!(id["email"], "ada@acme.example");
    assert!(id.get("name").is_none());
}

#[tokio::test]
async fn without_openid_there_is_no_id_token() {
    let stage = stage().await;
    let code = stage.code("ada@acme.example", &[("scope", "offline_access")]);
    assert!(ok(stage.exchange(&code).await).await.get("id_token").is_none());
}

#[tokio::test]
async fn an_absent_scope_means_the_default_one() {
    let stage = stage().await;
    let code = stage.code("ada@acme.example", &[("scope", "")]);
    let body = ok(stage.exchange(&code).await).await;
    assert_eq!(body["scope"], "openid profile email");
}

#[tokio::test]
async fn a_code_works_once() {
    let stage = stage().await;
    let code = stage.code("ada@acme.example", &[]);
    ok(stage.exchange(&code).await).await;
    assert_eq!(error(stage.exchange(&code).await, 400).await, "invalid_grant");
}

#[tokio::test]
async fn a_code_lives_ten_minutes() {
    let stage = stage().await;
    let code = stage.code("ada@acme.example", &[]);
    let late = stage.code("ada@acme.example", &[]);
    stage.clock.set(START + 599);
    ok(stage.exchange(&code).await).await;
    stage.clock.set(START + 600);
    assert_eq!(error(stage.exchange(&late).await, 400).await, "invalid_grant");
}

#[tokio::test]
async fn a_code_is_bound_to_redirect_uri_verifier_and_client() {
    let stage =
        stage_with(|builder| builder.client(Client::confidential("skc_2", "s2").redirect_uri(CALLBACK)))
            .await;
    let pkce = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let exchange = async |code: &str, extra: &[(&str, &str)]| {
        let mut form = vec![("grant_type", "authorization_code"), ("code", code)];
        form.extend_from_slice(extra);
        error(stage.token(&form).await, 400).await
    };
    let uri = ("redirect_uri", CALLBACK);
    let code = stage.code("ada@acme.example", &[]);
    let other_uri = ("redirect_uri", "http://localhost:3000/other");
    assert_eq!(exchange(&code, &[other_uri]).await, "invalid_grant");
    let code = stage.code("ada@acme.example", &[]);
    assert_eq!(exchange(&code, &[]).await, "invalid_grant");
    let code = stage.code("ada@acme.example", &pkce);
    assert_eq!(exchange(&code, &[uri]).await, "invalid_grant");
    let code = stage.code("ada@acme.example", &pkce);
    let wrong = ("code_verifier", "wrong");
    assert_eq!(exchange(&code, &[uri, wrong]).await, "invalid_grant");
    let code = stage.code("ada@acme.example", &[]);
    let unasked = ("code_verifier", VERIFIER);
    assert_eq!(exchange(&code, &[uri, unasked]).await, "invalid_grant");

    let code = stage.code("ada@acme.example", &[("client_id", "skc_2")]);
    assert_eq!(exchange(&code, &[uri]).await, "invalid_grant");
    assert_eq!(exchange("made up", &[uri]).await, "invalid_grant");
}

#[tokio::test]
async fn further_people_organizations_and_clients_can_be_added() {
    let stage = stage_with(|builder| {
        builder
            .organization(Organization::new("org_x", "X").external_id("x-1").connection("conn_x"))
            .user(
                User::new("eve@x.example", "Eve")
                    .email_verified(false)
                    .member(Membership::of("org_x").roles(["owner"]).permissions(["a:b"])),
            )
            .user(User::new("loner@solo.example", "Loner"))
    })
    .await;
    let code = stage.code("EVE@x.example", &[("connection_id", "conn_x")]);
    let body = ok(stage.exchange(&code).await).await;
    let access = claims(text(&body, "access_token"));
    assert_eq!(access["oid"], "org_x");
    assert_eq!(access["roles"], json!(["owner"]));
    assert_eq!(access["permissions"], json!(["a:b"]));
    assert_eq!(access["xoid"], "x-1");
    let id = claims(text(&body, "id_token"));
    assert_eq!(id["email_verified"], false);
    assert_eq!(id["given_name"], "Eve");
    assert!(id.get("family_name").is_none());
    assert_eq!(id["amr"], json!(["conn_x"]));

    let loner = stage.sign_in("loner@solo.example").await;
    assert_eq!(claims(text(&loner, "access_token"))["roles"], json!(["admin"]));
}

#[tokio::test]
async fn the_seeded_people_have_the_promised_permissions() {
    let stage = stage().await;
    for (email, roles, count, invoices) in [
        ("ada@acme.example", "admin", 12, true),
        ("bob@acme.example", "member", 4, false),
        ("mia@many.example", "admin", 200, true),
    ] {
        let claims = claims(text(&stage.sign_in(email).await, "access_token"));
        assert_eq!(claims["roles"], json!([roles]), "{email}");
        let permissions = claims["permissions"].as_array().unwrap();
        assert_eq!(permissions.len(), count, "{email}");
        let reads_invoices = permissions.contains(&json!("invoices:read"));
        assert_eq!(reads_invoices, invoices, "{email}");
    }
}

#[tokio::test]
async fn the_environment_variables_configure_an_application() {
    let stage = stage().await;
    let uri = "http://localhost:9000/cb";
    let env = stage.emulator.env(uri);
    let names = env.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>();
    assert_eq!(
        names,
        [
            "SCALEKIT_ENVIRONMENT_URL",
            "SCALEKIT_CLIENT_ID",
            "SCALEKIT_CLIENT_SECRET",
            "SCALEKIT_REDIRECT_URI",
            "SCALEKIT_COOKIE_SECRET",
        ]
    );
    assert_eq!(URL_SAFE_NO_PAD.decode(&env[4].1).unwrap().len(), 32);
    assert_ne!(stage.emulator.env(uri)[4], env[4]);
    let callback = stage
        .emulator
        .authenticate(&stage.authorize_url(&[("redirect_uri", uri)]), "ada@acme.example")
        .unwrap();
    assert!(callback.starts_with(uri));
    assert_eq!(query(&callback)["state"], "st-1");
}

#[cfg(test)]
fn half_hash(text: &str) -> String {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16])
}

#[cfg(test)]
fn verifies(token: &str, keys: &Value) -> bool {
    let kid = &header(token)["kid"];
    let Some(key) = keys["keys"].as_array().unwrap().iter().find(|key| &key["kid"] == kid) else {
        return false;
    };
    assert_eq!(key["use"], "sig");
    assert_eq!(key["kty"], "RSA");
    assert_eq!(key["alg"], "RS256");
    let number = |name| URL_SAFE_NO_PAD.decode(text(key, name)).unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    RsaPublicKeyComponents { n: number("n"), e: number("e") }
        .verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap())
        .is_ok()
}
