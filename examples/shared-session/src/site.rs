//! [`Site`]: the services and the application behind one origin, with an emulator that signs people in.

use std::error::Error;
use std::net::Ipv4Addr;
use std::path::Path;
use std::time::Duration;

use scalekit_emulator::Emulator;
use scalekit_session::{Scalekit, ScalekitBuilder, SdkCookie, SdkLanguage};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::fastapi::FastApi;
use crate::page;
use crate::proxy::Proxy;
use crate::services::{self, Service};

/// The services in Rust, by the prefix of their paths.
pub const SERVICES: [&str; 3] = ["axum", "actix", "rocket"];

/// Longer than Scalekit takes to answer.
const DRAIN: Duration = Duration::from_secs(10);

/// Why the site did not start.
pub type Failure = Box<dyn Error + Send + Sync>;

/// Everything, running. It stops when it is dropped.
#[derive(Debug)]
pub struct Site {
    origin: String,
    emulator: Emulator,
    scalekits: Vec<Scalekit>,
    services: Vec<Service>,
    fastapi: Option<FastApi>,
    proxy: JoinHandle<()>,
}

impl Site {
    /// Starts it on a port of this machine, 0 for any free one. The FastAPI application comes with a Python that has
    /// Scalekit's SDK. `adjust` may change what a service in Rust is configured with, by its prefix.
    ///
    /// # Errors
    /// When the port is taken, or one of the servers does not start.
    pub async fn start(
        port: u16,
        emulator: Emulator,
        python: Option<&Path>,
        adjust: impl Fn(&'static str, ScalekitBuilder) -> ScalekitBuilder,
    ) -> Result<Self, Failure> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .map_err(|error| format!("cannot listen on port {port}: {error}; choose another with PORT=…"))?;
        let origin = format!("http://localhost:{}", listener.local_addr()?.port());
        let secrets = Secrets::of(&emulator);
        let connect = |prefix| adjust(prefix, secrets.connect(&emulator, &origin, prefix)).build();

        let [axum, actix, rocket] = SERVICES;
        let scalekits = [connect(axum)?, connect(actix)?, connect(rocket)?];
        let [in_axum, in_actix, in_rocket] = &scalekits;
        let services = vec![
            services::axum::start(in_axum).await?,
            services::actix::start(in_actix)?,
            services::rocket::start(in_rocket).await?,
        ];
        let mut servers: Vec<_> =
            SERVICES.into_iter().zip(services.iter().map(|service| service.address)).collect();
        let fastapi = match python {
            Some(python) => Some(FastApi::start(python, secrets.for_fastapi(&emulator, &origin)).await?),
            None => None,
        };
        servers.extend(fastapi.as_ref().map(|fastapi| ("fastapi", fastapi.address)));

        let router = Proxy::new(servers).into_router(page::front());
        let proxy = tokio::spawn(async {
            if let Err(error) = axum::serve(listener, router).await {
                eprintln!("the proxy ended: {error}");
            }
        });
        Ok(Self { origin, emulator, scalekits: scalekits.into(), services, fastapi, proxy })
    }

    /// Where a browser finds it, without a slash at the end.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Who signs people in.
    #[must_use]
    pub fn emulator(&self) -> &Emulator {
        &self.emulator
    }

    /// Whether the FastAPI application is among the services.
    #[must_use]
    pub fn has_fastapi(&self) -> bool {
        self.fastapi.is_some()
    }

    /// Stops, and waits for what goes on behind the requests: a rotated token that is not stored would be lost with the
    /// process.
    pub async fn stop(mut self) {
        self.proxy.abort();
        self.services.clear();
        for scalekit in &self.scalekits {
            scalekit.drain(DRAIN).await;
        }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.proxy.abort();
    }
}

/// What all share, and nobody else knows.
struct Secrets {
    /// Seals what is the Rust services' own: the cookies of logins under way.
    cookie: String,
    /// Seals the session that is everybody's.
    official: String,
}

impl Secrets {
    fn of(emulator: &Emulator) -> Self {
        let secret = || variable(&emulator.env("http://localhost/"), "SCALEKIT_COOKIE_SECRET");
        Self { cookie: secret(), official: secret() }
    }

    /// Settings of a service in Rust, with routes under its prefix.
    fn connect(&self, emulator: &Emulator, origin: &str, prefix: &str) -> ScalekitBuilder {
        let variables = emulator.env(&format!("{origin}/{prefix}/auth/callback"));
        ScalekitBuilder::from_vars(|name| match name {
            "SCALEKIT_COOKIE_SECRET" => Some(self.cookie.clone()),
            _ => variables.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone()),
        })
        .sdk_cookie(SdkCookie::new(&self.official).write(SdkLanguage::Python))
        .login_path(format!("/{prefix}/auth/login"))
        .logout_path(format!("/{prefix}/auth/logout"))
        .default_return_to(format!("/{prefix}/account"))
        .post_logout_redirect_uri(format!("{origin}/"))
    }

    /// Variables of the FastAPI application.
    fn for_fastapi(&self, emulator: &Emulator, origin: &str) -> Vec<(String, String)> {
        let mut variables = emulator.env(&format!("{origin}/fastapi/callback"));
        variables.retain(|(name, _)| name != "SCALEKIT_COOKIE_SECRET");
        variables.push(("SCALEKIT_SDK_COOKIE_SECRET".to_owned(), self.official.clone()));
        variables.push(("POST_LOGOUT_REDIRECT_URI".to_owned(), format!("{origin}/")));
        variables
    }
}

fn variable(variables: &[(String, String)], name: &str) -> String {
    variables.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone()).unwrap_or_default()
}
