//! Waiting for what must happen soon, so that a story that is wrong fails instead of hanging.

use std::time::Duration;

const SOON: Duration = Duration::from_secs(20);

pub(crate) async fn soon<F: Future>(event: F) -> F::Output {
    tokio::time::timeout(SOON, event).await.expect("it did not happen within 20 seconds")
}

/// Asks again and again until the answer is yes.
pub(crate) async fn eventually(mut happened: impl AsyncFnMut() -> bool) {
    soon(async {
        while !happened().await {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
}
