/// A browser at the hosted pages, known by the emulator's own cookie.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visitor<'a> {
    pub(crate) cookie: Option<&'a str>,
    pub(crate) user_agent: Option<&'a str>,
    pub(crate) now: u64,
}

impl Visitor<'_> {
    /// A browser that has never been here.
    pub(crate) fn stranger(now: u64) -> Self {
        Self { cookie: None, user_agent: None, now }
    }
}
