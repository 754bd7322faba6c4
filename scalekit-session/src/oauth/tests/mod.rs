mod endpoints;
mod secrets;
mod urls;
mod verdict;

use std::time::Duration;

use super::*;
use crate::transport::{HttpResponse, TransportError, TransportFailure};
use crate::{AuthorizationCode, ClientSecret, CodeVerifier, IdToken, Nonce, RefreshToken};

/// RFC 7636 §B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn endpoints() -> Endpoints {
    Endpoints::parse("https://acme.scalekit.dev").unwrap()
}

fn client() -> OauthClient {
    OauthClient { id: "skc_1234567890".into(), secret: Some(ClientSecret::new("s&cret/+")) }
}
