//! Settings from environment variables.

use zeroize::Zeroizing;

use super::builder::ScalekitBuilder;
use super::problem::ConfigProblem;
use super::{SdkCookie, SplitCookies};
use crate::sdk_cookie::SdkLanguage;
use crate::secret::ClientSecret;

/// Reads the variables into a builder. `build()` reports what is missing.
pub(super) fn read(var: impl Fn(&str) -> Option<String>) -> ScalekitBuilder {
    let one = |name| trimmed(&var, name);
    // The second name counts where the first one is not set at all: a blank first one is a mistake to report.
    let either = |first, second| if var(first).is_some() { one(first) } else { one(second) };
    let lists = |value: Option<String>| value.as_deref().map(list);

    let mut builder = ScalekitBuilder::empty();
    builder.environment_url = either("SCALEKIT_ENVIRONMENT_URL", "SCALEKIT_ENV_URL");
    builder.client_id = one("SCALEKIT_CLIENT_ID");
    builder.client_secret = one("SCALEKIT_CLIENT_SECRET").map(ClientSecret::from);
    builder.redirect_uri = one("SCALEKIT_REDIRECT_URI");
    let secrets = lists(either("SCALEKIT_COOKIE_SECRET", "COOKIE_ENCRYPTION_SECRET"));
    builder.cookie_secrets = secrets.into_iter().flatten().map(Zeroizing::new).collect();
    builder.issuers = lists(one("SCALEKIT_ISSUER"));
    builder.audiences = lists(one("SCALEKIT_AUDIENCE"));
    builder.post_logout_redirect_uri = one("SCALEKIT_POST_LOGOUT_REDIRECT_URI");
    read_sdk_cookie(&var, &mut builder);
    read_layout(&var, &mut builder);
    builder
}

/// A variable without white space around its value. A blank one is not set.
fn trimmed(var: &impl Fn(&str) -> Option<String>, name: &str) -> Option<String> {
    var(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// The entries between commas, blank ones included: `build()` reports those.
fn list(value: &str) -> Vec<String> {
    value.split(',').map(|entry| entry.trim().to_owned()).collect()
}

/// The SDK cookie, which is shared with Scalekit's official packages.
fn read_sdk_cookie(var: &impl Fn(&str) -> Option<String>, builder: &mut ScalekitBuilder) {
    const SECRET: &str = "SCALEKIT_SDK_COOKIE_SECRET";
    let (name, write) = (trimmed(var, "SCALEKIT_SDK_COOKIE_NAME"), trimmed(var, "SCALEKIT_SDK_COOKIE_WRITE"));
    // Not trimmed: the packages use the secret with its white space.
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
    builder.sdk_cookie = Some(cookie);
}

/// The cookie layout: one cookie for all tokens, or one for each.
fn read_layout(var: &impl Fn(&str) -> Option<String>, builder: &mut ScalekitBuilder) {
    const LAYOUT: &str = "SCALEKIT_COOKIE_LAYOUT";
    let path = trimmed(var, "SCALEKIT_ACCESS_COOKIE_PATH");
    match (trimmed(var, LAYOUT).as_deref(), path) {
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
