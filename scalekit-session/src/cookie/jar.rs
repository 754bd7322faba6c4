//! For tests: a cookie jar that treats our cookies as a browser does (RFC 6265bis §5).

use std::collections::BTreeMap;

use super::SetCookie;

#[derive(Debug, Default)]
pub(super) struct Jar(BTreeMap<String, String>);

impl Jar {
    /// Stores and deletes cookies as the lines say, and ignores lines that a browser would refuse.
    pub(super) fn apply(&mut self, lines: impl IntoIterator<Item = SetCookie>) {
        lines.into_iter().for_each(|line| self.apply_line(line.as_str()));
    }

    pub(super) fn apply_line(&mut self, line: &str) {
        let mut fields = line.split("; ");
        let (name, value) = fields.next().and_then(|pair| pair.split_once('=')).unwrap();
        let attributes: BTreeMap<&str, &str> =
            fields.map(|field| field.split_once('=').unwrap_or((field, ""))).collect();
        let host_only = attributes.contains_key("Secure")
            && attributes.get("Path") == Some(&"/")
            && !attributes.contains_key("Domain");
        if name.len() + value.len() > 4096 || (name.starts_with("__Host-") && !host_only) {
            return;
        }
        match attributes.get("Max-Age") {
            Some(&"0") => self.0.remove(name),
            _ => self.0.insert(name.to_owned(), value.to_owned()),
        };
    }

    /// The `Cookie` header of a request.
    pub(super) fn header(&self) -> String {
        let pairs: Vec<String> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    pub(super) fn names(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }
}
