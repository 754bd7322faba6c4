//! [`Keys::judge`]: verifies a token. When its key is unknown, fetches the keys and verifies once more.

use super::{Budget, Fetched, Keys};
use crate::clock::Timestamp;
use crate::token::jwt::{KeySet, Verdict};

impl Keys {
    /// Verifies a token with `check`. When the key that signed the token is unknown, fetches the keys once and checks
    /// again (R44).
    ///
    /// # Errors
    /// When the key is unknown and the keys could not be fetched. This says nothing about the token (row 8c).
    pub(crate) async fn judge<T>(
        &self,
        budget: Budget,
        check: impl Fn(&KeySet, Timestamp) -> Verdict<T>,
    ) -> Result<Verdict<T>, Fetched> {
        let now = self.shared.clock.now();
        let verdict = check(&self.snapshot(now), now);
        let Verdict::UnknownKey { kid } = &verdict else {
            // Only a genuine token is worth a fetch in the background: any client can send nonsense.
            if matches!(verdict, Verdict::Valid { .. }) {
                self.refresh(now);
            }
            return Ok(verdict);
        };
        match self.fetch(budget, Some(kid), now).await {
            Fetched::Updated => {
                let now = self.shared.clock.now();
                Ok(check(&self.snapshot(now), now))
            }
            unavailable @ (Fetched::Suppressed { .. } | Fetched::Failed { .. }) => Err(unavailable),
        }
    }
}
