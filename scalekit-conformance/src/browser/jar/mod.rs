//! A browser's cookie jar (RFC 6265bis §5): sizes, prefixes, domains, paths, `SameSite`, order and eviction.

use url::Url;

use self::cookie::{Cookie, SameSite};
pub use self::ignored::Ignored;
use self::site::{domain_matches, host_of, is_trustworthy, path_matches};

mod cookie;
mod ignored;
mod site;
#[cfg(test)]
mod tests;

/// What Chromium keeps for one site.
const MAX_COOKIES: usize = 180;

/// Who makes a browser send a request, as far as `SameSite` cares.
///
/// ```
/// use scalekit_conformance::browser::{Jar, SiteContext};
///
/// let mut jar = Jar::default();
/// for line in ["lax=1; SameSite=Lax", "strict=1; SameSite=Strict", "none=1; SameSite=None; Secure"] {
///     jar.take("https://app.test/", line, 0)?;
/// }
/// let mut sent = |context| jar.header("https://app.test/", context, 0).unwrap();
/// assert_eq!(sent(SiteContext::SameSite), "lax=1; strict=1; none=1");
/// assert_eq!(sent(SiteContext::CrossSiteNavigation), "lax=1; none=1");
/// assert_eq!(sent(SiteContext::CrossSite), "none=1");
/// # Ok::<(), scalekit_conformance::browser::Ignored>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SiteContext {
    /// A page of the same site.
    SameSite,
    /// A link or redirect of another site that loads a page with a safe method.
    CrossSiteNavigation,
    /// Anything else another site can make a browser do.
    CrossSite,
}

/// The cookies of one browser profile, kept and sent by the rules of RFC 6265bis.
///
/// Times are seconds since the Unix epoch. A public suffix is a host of one label: `com`, `test`.
///
/// ```
/// use scalekit_conformance::browser::{Ignored, Jar, SiteContext};
///
/// let now = 1_760_000_000;
/// let mut jar = Jar::default();
/// jar.take("https://app.test/login", "__Host-session=abc; Path=/; Secure; Max-Age=60", now)?;
/// jar.take("https://app.test/", "theme=dark; Path=/settings", now)?;
/// let refused = jar.take("https://app.test/", "__Host-session=xyz; Path=/settings; Secure", now);
/// assert_eq!(refused, Err(Ignored::HostPrefix));
///
/// let mut sent = |url, now| jar.header(url, SiteContext::SameSite, now);
/// assert_eq!(sent("https://app.test/", now).as_deref(), Some("__Host-session=abc"));
/// assert_eq!(sent("https://app.test/settings", now).as_deref(), Some("theme=dark; __Host-session=abc"));
/// assert_eq!(sent("https://app.test/", now + 60), None);
/// assert_eq!(sent("https://other.test/", now), None);
/// # Ok::<(), Ignored>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Jar {
    cookies: Vec<Cookie>,
    ticks: u64,
}

impl Jar {
    /// Takes a `Set-Cookie` line of a response from `url`.
    ///
    /// # Errors
    ///
    /// Why browsers ignore the cookie.
    ///
    /// # Panics
    ///
    /// When `url` is no absolute URL.
    pub fn take(&mut self, url: &str, line: &str, now: u64) -> Result<(), Ignored> {
        let url = parse(url);
        let mut new = Cookie::read(line, &url, now)?;
        if !is_trustworthy(&url) && self.cookies.iter().any(|old| hides_secure(old, &new)) {
            return Err(Ignored::HidesSecure);
        }
        self.ticks += 1;
        (new.created, new.used) = (self.ticks, self.ticks);
        if let Some(old) = self.cookies.iter().find(|old| new.replaces(old)) {
            new.created = old.created;
        }
        self.cookies.retain(|old| !new.replaces(old) && !old.is_expired(now));
        if !new.is_expired(now) {
            self.cookies.push(new);
            self.evict();
        }
        Ok(())
    }

    /// The `Cookie` header of a request to `url` (§5.8.3); `None` if no cookie goes there.
    ///
    /// # Panics
    ///
    /// When `url` is no absolute URL.
    pub fn header(&mut self, url: &str, context: SiteContext, now: u64) -> Option<String> {
        let url = parse(url);
        self.ticks += 1;
        let ticks = self.ticks;
        let host = host_of(&url);
        let mut sent: Vec<&mut Cookie> = self
            .cookies
            .iter_mut()
            .filter(|cookie| !cookie.is_expired(now) && applies(cookie, &url, &host, context))
            .collect();
        sent.sort_by_key(|cookie| (std::cmp::Reverse(cookie.path.len()), cookie.created));
        let pairs: Vec<String> = sent
            .into_iter()
            .map(|cookie| {
                cookie.used = ticks;
                if cookie.name.is_empty() {
                    cookie.value.clone()
                } else {
                    format!("{}={}", cookie.name, cookie.value)
                }
            })
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// The names of all cookies, sorted.
    #[must_use]
    pub fn names(&self, now: u64) -> Vec<String> {
        let live = self.cookies.iter().filter(|cookie| !cookie.is_expired(now));
        let mut names: Vec<_> = live.map(|cookie| cookie.name.clone()).collect();
        names.sort();
        names
    }

    /// The value of a cookie. Where several have the name, at different paths or domains, it is the value of one of them.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|cookie| cookie.name == name).map(|cookie| cookie.value.as_str())
    }

    /// Until when a cookie is kept, in seconds since the Unix epoch; `None` until the browser closes.
    #[must_use]
    pub fn kept_until(&self, name: &str) -> Option<u64> {
        self.cookies.iter().find(|cookie| cookie.name == name).and_then(|cookie| cookie.expires)
    }

    /// Changes a value where it lies, as an editor of cookies would.
    pub fn alter(&mut self, name: &str, change: impl Fn(&str) -> String) {
        for cookie in self.cookies.iter_mut().filter(|cookie| cookie.name == name) {
            cookie.value = change(&cookie.value);
        }
    }

    /// Loses the cookies whose names `lost` picks, as a full jar does.
    pub fn lose(&mut self, lost: impl Fn(&str) -> bool) {
        self.cookies.retain(|cookie| !lost(&cookie.name));
    }

    /// §5.7: what is not `Secure` goes first, then what was not used for longest.
    fn evict(&mut self) {
        while self.cookies.len() > MAX_COOKIES {
            let coldest =
                self.cookies.iter().enumerate().min_by_key(|(_, cookie)| (cookie.secure, cookie.used));
            let Some((index, _)) = coldest else { return };
            self.cookies.remove(index);
        }
    }
}

fn parse(url: &str) -> Url {
    Url::parse(url).expect("an absolute URL")
}

/// §5.7 step 14: leave `Secure` cookies alone.
fn hides_secure(old: &Cookie, new: &Cookie) -> bool {
    old.secure
        && old.name == new.name
        && (domain_matches(&old.domain, &new.domain) || domain_matches(&new.domain, &old.domain))
        && path_matches(&new.path, &old.path)
}

fn applies(cookie: &Cookie, url: &Url, host: &str, context: SiteContext) -> bool {
    let host_fits =
        if cookie.host_only { host == cookie.domain } else { domain_matches(host, &cookie.domain) };
    let site_fits = match context {
        SiteContext::SameSite => true,
        SiteContext::CrossSiteNavigation => cookie.same_site != SameSite::Strict,
        SiteContext::CrossSite => cookie.same_site == SameSite::None,
    };
    host_fits
        && site_fits
        && path_matches(url.path(), &cookie.path)
        && (!cookie.secure || is_trustworthy(url))
}
