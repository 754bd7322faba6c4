//! What was said, for the reader of a failure, with everything secret masked.

use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

/// Longer runs of such characters are tokens, codes, states or sealed values.
const LONGEST_WORD: usize = 21;
/// Identifiers are no secrets, and say who is who.
const IDENTIFIERS: [&str; 5] = ["usr_", "org_", "ses_", "skc_", "conn_"];
/// More of a body does not help the reader.
const LONGEST_BODY: usize = 300;

/// What browsers sent and were answered, for the reader of a failure. Clones share it.
///
/// Everything that could be a secret is masked: of a long word its beginning and its length are left.
///
/// ```
/// use scalekit_conformance::browser::{Browser, Transcript};
///
/// let transcript = Transcript::default();
/// let browser = Browser::new("https://app.test", ([127, 0, 0, 1], 3000).into()).transcript(transcript.clone());
///
/// transcript.note("Ada signs in with 0123456789abcdef0123456789abcdef");
/// assert_eq!(transcript.text(), "Ada signs in with 0123…(32)\n");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Transcript(Arc<Mutex<String>>);

impl Transcript {
    /// Adds a line.
    pub fn note(&self, line: &str) {
        let mut text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = writeln!(text, "{}", mask(line));
    }

    /// All lines so far.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Shortens everything that could be a secret to its beginning and its length.
fn mask(text: &str) -> String {
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
pub(super) fn excerpt(body: &str) -> String {
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
