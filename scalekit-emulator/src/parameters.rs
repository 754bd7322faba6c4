use url::form_urlencoded;

/// The parameters of a query or a form, at most one value per name.
#[derive(Debug, Default)]
pub(crate) struct Parameters {
    pairs: Vec<(String, String)>,
    repeated: Option<String>,
}

impl Parameters {
    /// Reads both `+` and `%20` as a space.
    pub(crate) fn parse(encoded: &[u8]) -> Self {
        let mut parameters = Self::default();
        for (name, value) in form_urlencoded::parse(encoded) {
            if parameters.value(&name).is_some() {
                parameters.repeated = Some(name.into_owned());
            } else {
                parameters.pairs.push((name.into_owned(), value.into_owned()));
            }
        }
        parameters
    }

    /// The value of `name`, unless absent or empty: OAuth treats both alike.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.value(name).filter(|value| !value.is_empty())
    }

    /// A parameter that was given more than once.
    pub(crate) fn repeated(&self) -> Option<&str> {
        self.repeated.as_deref()
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// `uri` with further query parameters; the rest of it stays as it was registered.
pub(crate) fn append(uri: &str, pairs: &[(&str, Option<&str>)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    if query.is_empty() {
        return uri.to_owned();
    }
    let separator = if uri.contains('?') { '&' } else { '?' };
    format!("{uri}{separator}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plus_and_percent_twenty_are_spaces() {
        let parameters = Parameters::parse(b"a=x+y&b=x%20y&c=");
        assert_eq!(parameters.get("a"), Some("x y"));
        assert_eq!(parameters.get("b"), Some("x y"));
        assert_eq!(parameters.get("c"), None);
        assert_eq!(parameters.repeated(), None);
    }

    #[test]
    fn a_repeated_parameter_is_noticed_even_when_empty() {
        assert_eq!(Parameters::parse(b"a=&a=1").repeated(), Some("a"));
    }

    #[test]
    fn a_query_is_appended_to_what_is_there() {
        assert_eq!(append("app://x", &[("a", Some("b c"))]), "app://x?a=b+c");
        assert_eq!(append("https://x/?q", &[("a", Some("1"))]), "https://x/?q&a=1");
        assert_eq!(append("https://x/", &[("a", None)]), "https://x/");
    }
}
