//! Cookies as a browser keeps them, as far as one host and `Path=/` go (RFC 6265bis §5.7).

use std::collections::BTreeMap;

/// A jar of one browser for one `https` host.
#[derive(Clone, Debug, Default)]
pub(crate) struct Jar {
    cookies: BTreeMap<String, String>,
}

impl Jar {
    /// Applies one `Set-Cookie` line, refusing what a browser refuses.
    pub(crate) fn set(&mut self, line: &str) {
        let mut parts = line.split(';').map(str::trim);
        let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).expect("a name and a value");
        let attributes: Vec<String> = parts.map(str::to_ascii_lowercase).collect();
        let has = |wanted: &str| attributes.iter().any(|attribute| attribute == wanted);
        assert!(name.len() + value.len() <= 4096, "R14: {} bytes in {name}", name.len() + value.len());
        if name.starts_with("__Host-") {
            assert!(has("secure") && has("path=/"), "a browser refuses {line}");
            assert!(
                !attributes.iter().any(|attribute| attribute.starts_with("domain")),
                "a browser refuses {line}"
            );
        }
        assert!(has("httponly") && has("samesite=lax"), "{line}");
        if has("max-age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    /// The `Cookie` header, empty for an empty jar.
    pub(crate) fn header(&self) -> String {
        let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.cookies.keys().map(String::as_str).collect()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    pub(crate) fn put(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.cookies.remove(name);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.cookies.is_empty()
    }
}
