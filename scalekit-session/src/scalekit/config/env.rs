//! Settings from environment variables.

use super::builder::ScalekitBuilder;
use super::problem::ConfigProblem;
use super::{SdkCookie, SplitCookies};
use crate::sdk_cookie::SdkLanguage;

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
    read_official(&var, &mut builder);
    read_layout(&var, &mut builder);
    builder
}

/// The cookie shared with Scalekit's official packages.
fn read_official(var: &impl Fn(&str) -> Option<String>, builder: &mut ScalekitBuilder) {
    const SECRET: &str = "SCALEKIT_SDK_COOKIE_SECRET";
    let one = |name| var(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    let (name, write) = (one("SCALEKIT_SDK_COOKIE_NAME"), one("SCALEKIT_SDK_COOKIE_WRITE"));
    // Taken whole, white space included: so do the packages.
    let Some(secret) = var(SECRET).filter(|secret| !secret.is_empty()) else {
        if name.is_some() || write.is_some() {
            let advice = "it is the `cookie_encryption_secret` of the application that shares the cookie";
            builder.unreadable.push(ConfigProblem::Missing { setting: SECRET, advice });
        }
        return;
    };
    let mut cookie = SdkCookie::new(secret);
    if let Some(name) = name {
        cookie = cookie.name(name);
    }
    match write.as_deref() {
        None => {}
        Some("python") => cookie = cookie.write(SdkLanguage::Python),
        Some("node") => cookie = cookie.write(SdkLanguage::Node),
        Some(_) => builder.unreadable.push(ConfigProblem::SdkLanguage),
    }
    builder.official = Some(cookie);
}

/// How the session lies in cookies.
fn read_layout(var: &impl Fn(&str) -> Option<String>, builder: &mut ScalekitBuilder) {
    const LAYOUT: &str = "SCALEKIT_COOKIE_LAYOUT";
    let one = |name| var(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    let path = one("SCALEKIT_ACCESS_COOKIE_PATH");
    match (one(LAYOUT).as_deref(), path) {
        (None | Some("whole"), None) => {}
        (None | Some("whole"), Some(_)) => {
            let advice =
                "write `split`; in the other layout there is no access cookie whose path could be set";
            builder.unreadable.push(ConfigProblem::Missing { setting: LAYOUT, advice });
        }
        (Some("split"), None) => builder.split = Some(SplitCookies::new()),
        (Some("split"), Some(path)) => builder.split = Some(SplitCookies::new().access_path(path)),
        (Some(other), _) => builder.unreadable.push(ConfigProblem::CookieLayout(other.to_owned())),
    }
}
