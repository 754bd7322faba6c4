//! Tests of requests and responses, and the client that they share.

mod endpoints;
mod secrets;
mod urls;
mod verdict;

use std::time::Duration;

use super::*;
use crate::secret::{AuthorizationCode, ClientSecret, CodeVerifier, IdToken, Nonce, RefreshToken};
use crate::upstream::transport::{HttpResponse, TransportError, TransportFailure};

/// The verifier and the challenge of the example in RFC 7636 §B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn endpoints() -> Endpoints {
    Endpoints::parse("https://acme.scalekit.dev").unwrap()
}

fn client() -> OauthClient {
    OauthClient { id: "skc_1234567890".into(), secret: Some(ClientSecret::new("s&cret/+")) }
}
