//! Iterates over the members of a JSON object in place: names without escapes, values as they are written.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Deserializer;

/// White space of JSON (RFC 8259 §2).
const SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

/// Iterates over the members of a text that is one JSON object. Ends at the first error.
pub(super) struct Members<'a> {
    rest: &'a str,
    next: Next,
}

/// What comes next in the text.
enum Next {
    /// The opening brace.
    Object,
    /// A comma and a member, or the closing brace.
    Member,
    Nothing,
}

/// One member of an object.
pub(super) struct Member<'a> {
    /// The name, without escapes.
    pub(super) name: Cow<'a, str>,
    /// The name as it is written.
    pub(super) written_name: &'a str,
    /// The value as it is written. It is valid JSON, of any depth and with numbers of any size.
    pub(super) value: &'a str,
}

/// The text is not one JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one JSON object")]
pub(super) struct NotAnObject;

impl<'a> Members<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self { rest: text, next: Next::Object }
    }

    /// The next member, or `None` after the last.
    fn advance(&mut self) -> Result<Option<Member<'a>>, NotAnObject> {
        let first = match std::mem::replace(&mut self.next, Next::Nothing) {
            Next::Nothing => return Ok(None),
            Next::Object => {
                self.mark('{')?;
                true
            }
            Next::Member => false,
        };
        if self.mark('}').is_ok() {
            return match self.rest.trim_start_matches(SPACE) {
                "" => Ok(None),
                _ => Err(NotAnObject),
            };
        }
        if !first {
            self.mark(',')?;
        }
        let (Text(name), written_name) = self.value()?;
        self.mark(':')?;
        let (IgnoredAny, value) = self.value()?;
        self.next = Next::Member;
        Ok(Some(Member { name, written_name, value }))
    }

    /// Reads one punctuation mark.
    fn mark(&mut self, mark: char) -> Result<(), NotAnObject> {
        self.rest = self.rest.trim_start_matches(SPACE).strip_prefix(mark).ok_or(NotAnObject)?;
        Ok(())
    }

    /// Reads one value. Returns the parsed value, and the value as it is written.
    fn value<T: Deserialize<'a>>(&mut self) -> Result<(T, &'a str), NotAnObject> {
        let text = self.rest.trim_start_matches(SPACE);
        let mut values = Deserializer::from_str(text).into_iter();
        let value = values.next().and_then(Result::ok).ok_or(NotAnObject)?;
        let (written, rest) = text.split_at_checked(values.byte_offset()).ok_or(NotAnObject)?;
        self.rest = rest;
        Ok((value, written))
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = Result<Member<'a>, NotAnObject>;

    fn next(&mut self) -> Option<Self::Item> {
        self.advance().transpose()
    }
}

/// A JSON string, borrowed if it has no escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
