//! Settings from environment variables.

use super::builder::ScalekitBuilder;
use super::problem::Problem;
use super::{OfficialCookie, SplitCookies};
use crate::official::OfficialDialect;

/// Reads the variables into a builder; what is missing is reported by `build()`.
pub(super) fn read(var: impl Fn(&str) -> Option<String>) -> ScalekitBuilder {
    let one = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| var(name))
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    };
    let list = |value: String| value.split(',').map(|entry| entry.trim().to_owned()).collect::<Vec<_>>();

    let mut builder = ScalekitBuilder::empty();
    builder.environment_url = one(&["SCALEKIT_ENVIRONMENT_URL", "SCALEKIT_ENV_URL"]);
    builder.client_id = one(&["SCALEKIT_CLIENT_ID"]);
    builder.client_secret = one(&["SCALEKIT_CLIENT_SECRET"]).map(crate::secret::ClientSecret::new);
    builder.redirect_uri = one(&["SCALEKIT_REDIRECT_URI"]);
    builder.cookie_secrets =
        one(&["SCALEKIT_COOKIE_SECRET", "COOKIE_ENCRYPTION_SECRET"]).map(list).unwrap_or_default();
    builder.issuers = one(&["SCALEKIT_ISSUER"]).map(list);
    builder.audiences = one(&["SCALEKIT_AUDIENCE"]).map(list);
    builder.post_logout_redirect_uri = one(&["SCALEKIT_POST_LOGOUT_REDIRECT_URI"]);
    // Taken whole, white space included: so do the official packages.
    builder.official =
        var("SCALEKIT_OFFICIAL_COOKIE_SECRET").filter(|secret| !secret.is_empty()).map(|secret| {
            let cookie = OfficialCookie::new(secret);
            let name = one(&["SCALEKIT_OFFICIAL_COOKIE_NAME"]);
            let cookie = match name {
                Some(name) => cookie.name(name),
                None => cookie,
            };
            match one(&["SCALEKIT_OFFICIAL_COOKIE_WRITE"]).as_deref() {
                None => cookie,
                Some("python") => cookie.write(OfficialDialect::Python),
                Some("node") => cookie.write(OfficialDialect::Node),
                Some(other) => {
                    builder.unreadable.push(Problem::OfficialDialect(other.to_owned()));
                    cookie
                }
            }
        });
    match one(&["SCALEKIT_COOKIE_LAYOUT"]).as_deref() {
        None | Some("whole") => {}
        Some("split") => {
            let (split, path) = (SplitCookies::new(), one(&["SCALEKIT_ACCESS_COOKIE_PATH"]));
            builder.split = Some(match path {
                Some(path) => split.access_path(path),
                None => split,
            });
        }
        Some(other) => builder.unreadable.push(Problem::CookieLayout(other.to_owned())),
    }
    builder
}
