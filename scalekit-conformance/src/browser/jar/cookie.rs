//! One cookie, and how a `Set-Cookie` line becomes one (RFC 6265bis §5.6, §5.7).

use std::time::UNIX_EPOCH;

use url::Url;

use super::ignored::Ignored;
use super::site::{domain_matches, host_of, is_public_suffix, is_trustworthy};

/// Name and value together (§5.6 step 5).
const MAX_PAIR: usize = 4096;
/// One attribute's value (§5.6.3).
const MAX_ATTRIBUTE: usize = 1024;
/// §5.5: browsers keep nothing longer.
const MAX_AGE: u64 = 400 * 24 * 3600;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SameSite {
    None,
    Lax,
    Strict,
}

#[derive(Clone, Debug)]
pub(super) struct Cookie {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) domain: String,
    pub(super) host_only: bool,
    pub(super) path: String,
    pub(super) secure: bool,
    pub(super) same_site: SameSite,
    pub(super) expires: Option<u64>,
    pub(super) created: u64,
    pub(super) used: u64,
}

impl Cookie {
    /// Reads a line that came from `url`.
    ///
    /// # Errors
    ///
    /// Why a browser ignores it.
    pub(super) fn read(line: &str, url: &Url, now: u64) -> Result<Self, Ignored> {
        if line.bytes().any(|byte| matches!(byte, 0..=8 | 10..=31 | 127)) {
            return Err(Ignored::ControlCharacters);
        }
        let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
        let (name, value) = pair.split_once('=').unwrap_or(("", pair));
        let (name, value) = (trim(name), trim(value));
        if name.is_empty() && value.is_empty() {
            return Err(Ignored::Empty);
        }
        if name.len() + value.len() > MAX_PAIR {
            return Err(Ignored::TooLong);
        }
        let attributes = Attributes::read(attributes, now);
        let host = host_of(url);
        let (domain, host_only) = domain(attributes.domain.as_deref(), &host)?;
        let cookie = Self {
            name: name.to_owned(),
            value: value.to_owned(),
            domain,
            host_only,
            path: attributes.path.clone().unwrap_or_else(|| default_path(url.path())),
            secure: attributes.secure,
            same_site: attributes.same_site.unwrap_or(SameSite::Lax),
            expires: attributes.max_age.or(attributes.expires).map(|at| at.min(now + MAX_AGE)),
            created: 0,
            used: 0,
        };
        if cookie.secure && !is_trustworthy(url) {
            return Err(Ignored::InsecureConnection);
        }
        if cookie.same_site == SameSite::None && !cookie.secure {
            return Err(Ignored::SameSiteNone);
        }
        check_prefix(&cookie, attributes.path.as_deref())?;
        Ok(cookie)
    }

    /// §5.7 step 21: which cookie a new one replaces.
    pub(super) fn replaces(&self, other: &Self) -> bool {
        (&self.name, &self.domain, self.host_only, &self.path)
            == (&other.name, &other.domain, other.host_only, &other.path)
    }

    pub(super) fn is_expired(&self, now: u64) -> bool {
        self.expires.is_some_and(|at| at <= now)
    }
}

#[derive(Default)]
struct Attributes {
    domain: Option<String>,
    path: Option<String>,
    secure: bool,
    same_site: Option<SameSite>,
    max_age: Option<u64>,
    expires: Option<u64>,
}

impl Attributes {
    fn read(text: &str, now: u64) -> Self {
        let mut read = Self::default();
        for attribute in text.split(';') {
            let (name, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            let (name, value) = (trim(name).to_ascii_lowercase(), trim(value));
            if value.len() > MAX_ATTRIBUTE {
                continue;
            }
            match name.as_str() {
                "domain" => read.domain = Some(value.trim_start_matches('.').to_ascii_lowercase()),
                "path" => read.path = value.starts_with('/').then(|| value.to_owned()),
                "secure" => read.secure = true,
                "samesite" => {
                    read.same_site = match value.to_ascii_lowercase().as_str() {
                        "strict" => Some(SameSite::Strict),
                        "none" => Some(SameSite::None),
                        _ => Some(SameSite::Lax),
                    };
                }
                "max-age" => {
                    if let Ok(seconds) = value.parse::<i64>() {
                        read.max_age = Some(u64::try_from(seconds).map_or(0, |seconds| now + seconds));
                    }
                }
                "expires" => {
                    let at = httpdate::parse_http_date(value).ok();
                    read.expires =
                        at.map(|at| at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()));
                }
                _ => {}
            }
        }
        read
    }
}

/// §5.7 steps 8 to 10.
fn domain(asked: Option<&str>, host: &str) -> Result<(String, bool), Ignored> {
    match asked {
        None | Some("") => Ok((host.to_owned(), true)),
        Some(domain) if is_public_suffix(domain) && domain != host => Err(Ignored::PublicSuffix),
        Some(domain) if domain_matches(host, domain) => Ok((domain.to_owned(), is_public_suffix(domain))),
        Some(_) => Err(Ignored::OtherDomain),
    }
}

/// §5.7 steps 19 and 20: prefixes, in whatever case, and for cookies without a name by their value.
fn check_prefix(cookie: &Cookie, path: Option<&str>) -> Result<(), Ignored> {
    let named = if cookie.name.is_empty() { &cookie.value } else { &cookie.name };
    let named = named.to_ascii_lowercase();
    let (host, secure) = (named.starts_with("__host-"), named.starts_with("__secure-"));
    if (host || secure) && cookie.name.is_empty() {
        return Err(Ignored::NamelessPrefix);
    }
    if (host || secure) && !cookie.secure {
        return Err(Ignored::PrefixNeedsSecure);
    }
    if host && !(cookie.host_only && path == Some("/")) {
        return Err(Ignored::HostPrefix);
    }
    Ok(())
}

/// §5.1.4
fn default_path(path: &str) -> String {
    match path.rfind('/') {
        None | Some(0) => "/".to_owned(),
        Some(end) => path.get(..end).unwrap_or("/").to_owned(),
    }
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}
