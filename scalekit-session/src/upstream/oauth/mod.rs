//! Scalekit's OAuth 2.0 and OIDC endpoints: builds requests and reads responses as values. Sends nothing.

mod answer;
mod authorize;
mod endpoints;
mod failure;
mod logout;
mod percent;
mod pkce;
#[cfg(test)]
mod tests;
mod token;

pub use authorize::{AuthorizationRequest, ReservedParameter};
pub(crate) use endpoints::Endpoints;
pub use endpoints::EnvironmentUrlError;
pub(crate) use failure::TokenFailure;
pub(crate) use failure::TransientCause;
pub use logout::LogoutRequest;
pub(crate) use logout::end_session_url;
pub use pkce::NoRandomness;
pub(crate) use token::{
    OauthClient, TokenResponse, client_credentials_request, code_request, read_token_response,
    refresh_request,
};
