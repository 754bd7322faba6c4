//! [`Demo`]: the application, listening, with whoever signs people in.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use acme_workspace::{Identity, Settings};
use scalekit_axum::{ConfigError, Scalekit, ScalekitBuilder};
use scalekit_emulator::Emulator;
use thiserror::Error;

use crate::app;
use crate::handlers::PAGES;
use crate::loopback::Loopback;

/// Longer than Scalekit takes to answer.
const DRAIN: Duration = Duration::from_secs(10);

/// The application, bound to its port and ready to [`serve`](Self::serve).
#[derive(Debug)]
pub struct Demo {
    listener: Loopback,
    scalekit: Scalekit,
    emulator: Option<Arc<Emulator>>,
}

/// Why the application did not start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// Somebody else listens on `PORT`.
    #[error("port {port} is in use; stop the other process, or choose another port with PORT={next}", next = port.wrapping_add(1))]
    PortInUse {
        /// The port.
        port: u16,
    },
    /// The operating system refused the port for another reason.
    #[error("cannot listen on port {port} of this machine: {source}; choose another port with PORT=…")]
    Listen {
        /// The port.
        port: u16,
        /// What it said.
        source: io::Error,
    },
    /// The emulator did not start.
    #[error("the emulator did not start: {source} (its port is EMULATOR_PORT, now {port})")]
    Emulator {
        /// Its port.
        port: u16,
        /// Why.
        source: scalekit_emulator::StartError,
    },
    /// Scalekit's variables are incomplete or wrong.
    #[error("{0}")]
    Config(#[from] ConfigError),
}

impl Demo {
    /// Takes the port, starts the emulator if there is to be one, and configures the session manager.
    ///
    /// # Errors
    /// When a port is taken, or Scalekit's variables are incomplete or wrong.
    pub async fn start(settings: &Settings) -> Result<Self, StartError> {
        match settings.identity {
            Identity::Scalekit => {
                // Wrong variables say more than a busy port: they are reported first.
                let scalekit = Scalekit::from_env().pages(|page| PAGES.notice(page)).build()?;
                Ok(Self { listener: listen(settings.port).await?, scalekit, emulator: None })
            }
            Identity::Emulator { port, access_token_lifetime } => {
                let listener = listen(settings.port).await?;
                let emulator = emulate(port, access_token_lifetime).await?;
                let scalekit = connect(&emulator, &origin(listener.port())).build()?;
                Ok(Self { listener, scalekit, emulator: Some(Arc::new(emulator)) })
            }
        }
    }

    /// Where a browser on this machine finds the application, without a slash at the end.
    #[must_use]
    pub fn origin(&self) -> String {
        origin(self.listener.port())
    }

    /// The emulator, when there is one.
    #[must_use]
    pub fn emulator(&self) -> Option<&Arc<Emulator>> {
        self.emulator.as_ref()
    }

    /// Serves until `stop` is done, lets requests under way finish, and then what goes on behind them: a rotated token
    /// that is not stored would be lost with the process.
    ///
    /// # Errors
    /// When the listener breaks.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        let app = app(&self.scalekit);
        axum::serve(self.listener, app).with_graceful_shutdown(stop).await?;
        if !self.scalekit.drain(DRAIN).await {
            tracing::warn!("a refresh or a login was still under way");
        }
        Ok(())
    }
}

/// Settings of a session manager for an application at `origin` whose people the emulator signs in.
pub fn connect(emulator: &Emulator, origin: &str) -> ScalekitBuilder {
    let vars = emulator.env(&format!("{origin}/auth/callback"));
    let find = |name: &str| {
        let var = vars.iter().find(|(own, _)| own == name);
        var.map(|(_, value)| value.clone())
    };
    ScalekitBuilder::from_vars(find)
        .post_logout_redirect_uri(format!("{origin}/"))
        .pages(|page| PAGES.notice(page))
}

fn origin(port: u16) -> String {
    format!("http://localhost:{port}")
}

async fn listen(port: u16) -> Result<Loopback, StartError> {
    Loopback::bind(port).await.map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => StartError::PortInUse { port },
        _ => StartError::Listen { port, source },
    })
}

async fn emulate(port: u16, access_token_lifetime: Duration) -> Result<Emulator, StartError> {
    Emulator::builder()
        .port(port)
        .access_token_lifetime(access_token_lifetime)
        .start()
        .await
        .map_err(|source| StartError::Emulator { port, source })
}
