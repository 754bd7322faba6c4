//! A browser's cookie jar (RFC 6265bis §5): sizes, prefixes, domains, paths, `SameSite`, order and eviction.

use url::Url;

use self::cookie::{Cookie, SameSite};
use self::site::{domain_matches, host_of, is_trustworthy, path_matches};

mod cookie;
mod site;
#[cfg(test)]
mod tests;

/// What Chromium keeps for one site.
const MAX_COOKIES: usize = 180;

/// Who makes a browser send a request, as far as `SameSite` cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    /// A page of the same site.
    SameSite,
    /// A link or redirect of another site that loads a page with a safe method.
    CrossSiteNavigation,
    /// Anything else another site can make a browser do.
    CrossSite,
}

/// The cookies of one browser profile.
#[derive(Clone, Debug, Default)]
pub(super) struct Jar {
    cookies: Vec<Cookie>,
    ticks: u64,
}

impl Jar {
    /// Takes a `Set-Cookie` line of a response from `url`.
    ///
    /// # Errors
    ///
    /// Why a browser ignores it.
    pub(super) fn take(&mut self, url: &Url, line: &str, now: u64) -> Result<(), &'static str> {
        let mut new = Cookie::read(line, url, now)?;
        if !is_trustworthy(url) && self.cookies.iter().any(|old| hides_secure(old, &new)) {
            return Err("a Secure cookie has that name");
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

    /// The `Cookie` header of a request (§5.8.3).
    pub(super) fn header(&mut self, url: &Url, context: Context, now: u64) -> Option<String> {
        self.ticks += 1;
        let ticks = self.ticks;
        let host = host_of(url);
        let mut sent: Vec<&mut Cookie> = self
            .cookies
            .iter_mut()
            .filter(|cookie| !cookie.is_expired(now) && applies(cookie, url, &host, context))
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
    pub(super) fn names(&self, now: u64) -> Vec<String> {
        let live = self.cookies.iter().filter(|cookie| !cookie.is_expired(now));
        let mut names: Vec<_> = live.map(|cookie| cookie.name.clone()).collect();
        names.sort();
        names
    }

    /// The value of a cookie.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|cookie| cookie.name == name).map(|cookie| cookie.value.as_str())
    }

    /// Until when a cookie is kept, in seconds since the Unix epoch; `None` until the browser closes.
    pub(super) fn kept_until(&self, name: &str) -> Option<u64> {
        self.cookies.iter().find(|cookie| cookie.name == name).and_then(|cookie| cookie.expires)
    }

    /// Changes a value where it lies, as an editor of cookies would.
    pub(super) fn alter(&mut self, name: &str, change: impl Fn(&str) -> String) {
        for cookie in self.cookies.iter_mut().filter(|cookie| cookie.name == name) {
            cookie.value = change(&cookie.value);
        }
    }

    /// Loses cookies, as a full jar does.
    pub(super) fn lose(&mut self, lost: impl Fn(&str) -> bool) {
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

/// §5.7 step 14: leave `Secure` cookies alone.
fn hides_secure(old: &Cookie, new: &Cookie) -> bool {
    old.secure
        && old.name == new.name
        && (domain_matches(&old.domain, &new.domain) || domain_matches(&new.domain, &old.domain))
        && path_matches(&new.path, &old.path)
}

fn applies(cookie: &Cookie, url: &Url, host: &str, context: Context) -> bool {
    let host_fits =
        if cookie.host_only { host == cookie.domain } else { domain_matches(host, &cookie.domain) };
    let site_fits = match context {
        Context::SameSite => true,
        Context::CrossSiteNavigation => cookie.same_site != SameSite::Strict,
        Context::CrossSite => cookie.same_site == SameSite::None,
    };
    host_fits
        && site_fits
        && path_matches(url.path(), &cookie.path)
        && (!cookie.secure || is_trustworthy(url))
}
