//! What was said, for the reader of a failure, with everything secret masked.

use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

/// Longer runs of such characters are tokens, codes, states or sealed values.
const LONGEST_WORD: usize = 21;
/// Identifiers are no secrets, and say who is who.
const IDENTIFIERS: [&str; 5] = ["usr_", "org_", "ses_", "skc_", "conn_"];
/// More of a body helps nobody.
const LONGEST_BODY: usize = 300;

/// Everything one story said and was told. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Transcript(Arc<Mutex<String>>);

impl Transcript {
    pub(crate) fn note(&self, line: &str) {
        let mut text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = writeln!(text, "{}", mask(line));
    }

    pub(crate) fn text(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Shortens everything that could be a secret to its beginning and its length.
pub(crate) fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    for word in text.split_inclusive(|c: char| !is_of_a_secret(c)) {
        let secret = word.trim_end_matches(|c: char| !is_of_a_secret(c));
        if secret.len() > LONGEST_WORD && !IDENTIFIERS.iter().any(|start| secret.starts_with(start)) {
            let start = secret.get(..4).unwrap_or_default();
            let rest = word.get(secret.len()..).unwrap_or_default();
            let _ = write!(masked, "{start}…({}){rest}", secret.len());
        } else {
            masked.push_str(word);
        }
    }
    masked
}

/// The beginning of a body.
pub(crate) fn excerpt(body: &str) -> String {
    body.chars().take(LONGEST_BODY).collect::<String>().replace('\n', " ")
}

fn is_of_a_secret(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '~')
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn words_stay_and_secrets_go() {
        let token = format!("eyJhbGciOiJSUzI1NiJ9.{}.{}", "a".repeat(300), "b".repeat(300));
        let line = format!("location: /auth/callback?code={token}&state=short; usr_100000000000000001");
        let masked = mask(&line);
        assert_eq!(masked, "location: /auth/callback?code=eyJh…(622)&state=short; usr_100000000000000001");
    }
}
