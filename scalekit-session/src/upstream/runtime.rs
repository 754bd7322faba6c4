//! [`Runtime`]: runs work that must not end with the request that began it (R7).

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

/// A piece of work without a result.
pub type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs work in the background, and waits for time to pass.
///
/// A client that hangs up must not stop a refresh half-way, because a refresh token can be used once. So a refresh
/// and a fetch of keys run as tasks of their own.
///
/// ```
/// use scalekit_session::transport::{Runtime, Task};
/// use std::time::Duration;
///
/// /// Runs work on tokio. An application on another runtime calls that runtime's functions here.
/// #[derive(Debug)]
/// struct Background(tokio::runtime::Handle);
///
/// impl Runtime for Background {
///     fn spawn(&self, task: Task) {
///         self.0.spawn(task);
///     }
///     fn sleep(&self, span: Duration) -> Task {
///         Box::pin(tokio::time::sleep(span))
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let background = Background(tokio::runtime::Handle::current());
/// let (sender, result) = tokio::sync::oneshot::channel();
/// background.spawn(Box::pin(async move { sender.send("done").unwrap() }));
/// assert_eq!(result.await, Ok("done"));
/// # }
/// ```
pub trait Runtime: fmt::Debug + Send + Sync + 'static {
    /// Runs `task` to its end in the background. The task must not stop when the caller is dropped. Must not block.
    fn spawn(&self, task: Task);

    /// A future that ends after `span`.
    fn sleep(&self, span: Duration) -> Task;
}

#[cfg(feature = "tokio")]
pub use self::tokio_runtime::{NoRuntime, TokioRuntime};

#[cfg(feature = "tokio")]
mod tokio_runtime {
    use std::time::Duration;

    use thiserror::Error;
    use tokio::runtime::Handle;

    use super::{Runtime, Task};

    /// A tokio runtime, with its timer enabled.
    #[derive(Clone, Debug)]
    pub struct TokioRuntime {
        handle: Handle,
    }

    impl TokioRuntime {
        /// The runtime in which this is called. It must go on running for as long as the application: under
        /// actix-web, call this on the main system, outside the workers.
        ///
        /// # Errors
        /// When this is called outside a tokio runtime.
        pub fn current() -> Result<Self, NoRuntime> {
            Handle::try_current().map(Self::new).map_err(|_| NoRuntime)
        }

        /// The runtime of that handle.
        #[must_use]
        pub fn new(handle: Handle) -> Self {
            Self { handle }
        }
    }

    impl Runtime for TokioRuntime {
        fn spawn(&self, task: Task) {
            drop(self.handle.spawn(task));
        }

        fn sleep(&self, span: Duration) -> Task {
            // a timer belongs to the runtime in which it is made, not to the runtime that waits for it
            let _entered = self.handle.enter();
            Box::pin(tokio::time::sleep(span))
        }
    }

    /// [`TokioRuntime::current`] was called outside a tokio runtime.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
    #[error(
        "no tokio runtime runs here; build inside one (`#[tokio::main]`), or give the builder a `Runtime`"
    )]
    #[non_exhaustive]
    pub struct NoRuntime;
}
