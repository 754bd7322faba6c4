//! [`Query`]: the parameters of a request for the login or callback route, limited in number and length.

use crate::request::RequestView;

/// The decoded parameters of a request: at most [`PARAMETERS`], without those that are longer than [`BYTES`].
#[derive(Debug)]
pub(super) struct Query(Vec<(String, String)>);

/// How many parameters are read.
const PARAMETERS: usize = 32;
/// The longest value that is read, in bytes: long enough for an authorization code, a return path and an IdP-initiated
/// login.
const BYTES: usize = 4096;

/// A parameter that came more than once (RFC 6749 §3.1 forbids it).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Repeated;

impl Query {
    pub(super) fn of(request: &RequestView<'_>) -> Self {
        let query = request.target.split_once('?').map(|(_, query)| query).unwrap_or_default();
        let query = query.split('#').next().unwrap_or_default();
        let pairs = url::form_urlencoded::parse(query.as_bytes()).take(PARAMETERS);
        Self(
            pairs
                .filter(|(_, value)| value.len() <= BYTES)
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }

    /// The value of a parameter that may come once. An empty value counts as missing.
    pub(super) fn once(&self, name: &str) -> Result<Option<&str>, Repeated> {
        let mut values = self.0.iter().filter(|(own, _)| own == name).map(|(_, value)| value.as_str());
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(Repeated),
            (value, None) => Ok(value.filter(|value| !value.is_empty())),
        }
    }

    /// The first value of a parameter that is not empty.
    pub(super) fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(own, value)| own == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }
}
