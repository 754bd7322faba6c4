//! [`Jar`]: stores and sends cookies as a browser does for one host (RFC 6265bis §5.7).

use std::collections::BTreeMap;

/// The cookies of one browser for one `https` host.
#[derive(Clone, Debug, Default)]
pub(crate) struct Jar {
    /// Values by name and path.
    cookies: BTreeMap<(String, String), String>,
}

impl Jar {
    /// Applies one `Set-Cookie` line. Panics when a browser would refuse the line.
    pub(crate) fn set(&mut self, line: &str) {
        let mut parts = line.split(';').map(str::trim);
        let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).expect("a name and a value");
        let attributes: Vec<String> = parts.map(str::to_ascii_lowercase).collect();
        let has = |wanted: &str| attributes.iter().any(|attribute| attribute == wanted);
        let path = line.split("; ").find_map(|part| part.strip_prefix("Path=")).expect("a path");
        assert!(name.len() + value.len() <= 4096, "R14: {} bytes in {name}", name.len() + value.len());
        if name.starts_with("__Host-") {
            assert!(has("secure") && has("path=/"), "a browser refuses {line}");
            assert!(
                !attributes.iter().any(|attribute| attribute.starts_with("domain")),
                "a browser refuses {line}"
            );
        }
        assert!(!name.starts_with("__Secure-") || has("secure"), "a browser refuses {line}");
        assert!(has("httponly") && has("samesite=lax"), "{line}");
        let key = (name.to_owned(), path.to_owned());
        if has("max-age=0") {
            self.cookies.remove(&key);
        } else {
            self.cookies.insert(key, value.to_owned());
        }
    }

    /// All cookies as one line, to compare jars.
    pub(crate) fn header(&self) -> String {
        let pairs: Vec<_> = self.cookies.iter().map(|((name, _), value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    /// The `Cookie` header of a request to that target. Empty when no cookie is sent.
    pub(crate) fn sent_to(&self, target: &str) -> String {
        let path = target.split('?').next().unwrap_or_default();
        let sent = |own: &str| {
            path.strip_prefix(own)
                .is_some_and(|rest| rest.is_empty() || own.ends_with('/') || rest.starts_with('/'))
        };
        let sent = self.cookies.iter().filter(|((_, own), _)| sent(own));
        let pairs: Vec<_> = sent.map(|((name, _), value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.cookies.keys().map(|(name, _)| name.as_str()).collect()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|((own, _), _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Changes the value of a cookie, or adds a cookie with the path `/`.
    pub(crate) fn put(&mut self, name: &str, value: &str) {
        let path = self.cookies.keys().find(|(own, _)| own == name).map(|(_, path)| path.clone());
        let key = (name.to_owned(), path.unwrap_or_else(|| "/".to_owned()));
        self.cookies.insert(key, value.to_owned());
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.cookies.retain(|(own, _), _| own != name);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.cookies.is_empty()
    }
}
