//! [`DataNames`]: the names of the cookies that store one sealed value, and the path of these cookies.

use super::holder::Part;
use crate::seal::MAX_CHUNKS;

/// A data cookie and its chunks: `{name}`, `{name}.1` … `{name}.7`, all with one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DataNames {
    parts: [String; MAX_CHUNKS],
    path: String,
}

impl DataNames {
    pub(crate) fn new(name: String, path: impl Into<String>) -> Self {
        let mut parts: [String; MAX_CHUNKS] = std::array::from_fn(|index| format!("{name}.{index}"));
        let [first, ..] = &mut parts;
        *first = name;
        Self { parts, path: path.into() }
    }

    /// The name of the cookie that holds the whole value or its first part.
    pub(crate) fn name(&self) -> &str {
        let [name, ..] = &self.parts;
        name
    }

    /// The path of these cookies: browsers send them with requests for this path and everything below.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The names of the data cookie (0) and of its chunks (1 … 7).
    pub(super) fn numbered(&self) -> impl Iterator<Item = (usize, &str)> {
        self.parts.iter().map(String::as_str).enumerate()
    }

    /// The index of the part with that name, compared byte by byte.
    pub(super) fn part(&self, name: &[u8]) -> Option<usize> {
        match name.strip_prefix(self.name().as_bytes())? {
            b"" => Some(0),
            [b'.', digit @ b'1'..=b'7'] => Some(usize::from(digit - b'0')),
            _ => None,
        }
    }

    /// Whether browsers send these cookies with a request for that path (RFC 6265 §5.1.4).
    pub(crate) fn is_sent_to(&self, request_path: &str) -> bool {
        match request_path.strip_prefix(self.path.as_str()) {
            Some("") => true,
            Some(rest) => self.path.ends_with('/') || rest.starts_with('/'),
            None => false,
        }
    }
}

/// The three data cookies of the split layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SplitNames {
    pub(crate) access: DataNames,
    pub(crate) refresh: DataNames,
    pub(crate) identity: DataNames,
}

impl SplitNames {
    /// The names of one of the three.
    pub(crate) fn of(&self, part: Part) -> &DataNames {
        match part {
            Part::Access => &self.access,
            Part::Refresh => &self.refresh,
            Part::Identity => &self.identity,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r23_a_cookie_is_sent_to_its_path_and_below() {
        for (path, request, sent) in [
            ("/", "/", true),
            ("/", "/api/me", true),
            ("/api", "/api", true),
            ("/api", "/api/me", true),
            ("/api", "/apis", false),
            ("/api", "/", false),
            ("/api/", "/api/me", true),
            ("/api/", "/api", false),
            ("/auth/refresh", "/auth/refresh", true),
            ("/auth/refresh", "/auth/refresher", false),
            ("/auth/refresh", "/auth/login", false),
        ] {
            let names = DataNames::new("__Secure-accessToken".to_owned(), path);
            assert_eq!(names.is_sent_to(request), sent, "{path} {request}");
        }
    }
}
