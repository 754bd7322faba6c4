//! Where work goes on that must not end with the request that began it (R7): [`Runtime`].
//!
//! A client that hangs up must not stop a refresh half-way, because refresh tokens are single-use. So a refresh and
//! a key fetch run as tasks of their own, on the runtime that was there when the middleware was built.
//!
//! ```
//! use scalekit_session::transport::{Runtime, Task};
//! use std::time::Duration;
//!
//! /// Runs a task where it is given.
//! #[derive(Debug)]
//! struct Inline;
//!
//! impl Runtime for Inline {
//!     fn spawn(&self, task: Task) {
//!         futures_executor(task);
//!     }
//!     fn sleep(&self, _span: Duration) -> Task {
//!         Box::pin(std::future::ready(()))
//!     }
//! }
//! # fn futures_executor(task: Task) {
//! #     use std::task::{Context, Waker};
//! #     let mut task = task;
//! #     assert!(task.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
//! # }
//! Inline.spawn(Box::pin(async { assert_eq!(1 + 1, 2) }));
//! ```

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

/// Work that yields nothing.
pub type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs work in the background and waits for time to pass.
pub trait Runtime: fmt::Debug + Send + Sync + 'static {
    /// Runs `task` to its end, whatever becomes of the caller. Must not block.
    fn spawn(&self, task: Task);

    /// Ends after `span`.
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
        /// The runtime that this is called on. It is the one that goes on working: under actix-web call this outside
        /// the workers, on the main system.
        ///
        /// # Errors
        /// When no tokio runtime runs here.
        pub fn current() -> Result<Self, NoRuntime> {
            Handle::try_current().map(Self::new).map_err(|_| NoRuntime)
        }

        /// That runtime.
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
            // a timer belongs to the runtime it was made on, not to the one that waits for it
            let _entered = self.handle.enter();
            Box::pin(tokio::time::sleep(span))
        }
    }

    /// No tokio runtime runs here.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
    #[error(
        "no tokio runtime runs here; build inside one (`#[tokio::main]`), or give the builder a `Runtime`"
    )]
    #[non_exhaustive]
    pub struct NoRuntime;
}
