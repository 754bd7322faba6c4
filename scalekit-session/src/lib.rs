//! Encrypted cookie sessions around Scalekit's OIDC tokens.

pub mod transport;

mod claims;
mod clock;
mod cookie;
mod jwt;
mod keys;
mod oauth;
mod request;
mod seal;
mod secret;

pub use claims::{Claims, Profile};
pub use clock::{Clock, SystemClock, Timestamp};
pub use cookie::SetCookie;
pub use request::{Headers, RequestHead, RequestView};
pub use seal::KeyError;
pub use secret::{
    AccessToken, AuthorizationCode, ClientSecret, CodeVerifier, IdToken, Nonce, RefreshToken,
};
