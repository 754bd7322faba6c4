//! When to stop.

use std::future::Future;
use std::io;

/// Done when somebody presses Ctrl-C or the system asks the process to end. Signals count from this call on.
///
/// # Errors
/// When the system does not tell about signals.
#[cfg(unix)]
pub fn signals() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Done when somebody presses Ctrl-C. Signals count from this call on.
///
/// # Errors
/// When the system does not tell about signals.
#[cfg(windows)]
pub fn signals() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
