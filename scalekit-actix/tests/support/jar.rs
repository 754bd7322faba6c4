//! The cookies of one browser.

/// Keeps what a browser keeps: one value per name, at most 4096 bytes of both, removed by `Max-Age=0`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Jar {
    cookies: Vec<(String, String)>,
    secure: bool,
}

impl Jar {
    /// A jar of a site at `https://`: it takes cookies with the prefix `__Host-` and wants `Secure`.
    pub(crate) fn secure() -> Self {
        Self { secure: true, ..Self::default() }
    }

    /// Takes one `Set-Cookie` line in, as a browser of this site would.
    pub(crate) fn take(&mut self, line: &str) {
        let mut attributes = line.split(';').map(str::trim);
        let pair = attributes.next().unwrap_or_default();
        let Some((name, value)) = pair.split_once('=') else { return };
        let attributes: Vec<String> = attributes.map(str::to_ascii_lowercase).collect();
        let has = |wanted: &str| attributes.iter().any(|attribute| attribute == wanted);
        assert!(name.len() + value.len() <= 4096, "r14: a browser drops {name}, of {} bytes", value.len());
        assert!(line.len() <= 4096, "r14: a proxy may drop the line of {name}, of {} bytes", line.len());
        if name.contains("scalekit") {
            assert!(has("httponly") && has("path=/") && has("samesite=lax"), "attributes: {attributes:?}");
            assert!(!attributes.iter().any(|attribute| attribute.starts_with("domain")), "{attributes:?}");
            assert_eq!(has("secure"), self.secure, "{name}: {attributes:?}");
            assert_eq!(name.starts_with("__Host-"), self.secure, "{name}");
        }
        self.cookies.retain(|(own, _)| own != name);
        if !has("max-age=0") {
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
    }

    /// The `Cookie` header, if there is anything to say.
    pub(crate) fn header(&self) -> Option<String> {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// The names of all cookies.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.cookies.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// The value of a cookie.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The name of the session's data cookie.
    pub(crate) fn data_name(&self) -> Option<String> {
        self.names().iter().find_map(|name| name.strip_suffix("-live")).map(str::to_owned)
    }
}
