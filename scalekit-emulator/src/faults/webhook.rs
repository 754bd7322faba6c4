/// Something wrong with every webhook message, until cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WebhookFlaw {
    /// Each message comes twice, with the same `webhook-id`.
    Duplicate,
    /// The signature is of another secret.
    WrongSignature,
    /// Before the signature stand one of another version and one of another secret: a rotation.
    SeveralSignatures,
    /// The timestamp is an hour old; the signature fits it.
    OldTimestamp,
}

impl WebhookFlaw {
    /// How many seconds the timestamp is too old.
    pub(crate) fn age(self) -> u64 {
        match self {
            Self::OldTimestamp => 3600,
            Self::Duplicate | Self::WrongSignature | Self::SeveralSignatures => 0,
        }
    }
}
