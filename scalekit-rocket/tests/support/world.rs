//! An emulated Scalekit, an application, and one time for both.

use std::sync::Arc;
use std::time::Duration;

use rocket::{Build, Rocket};
use scalekit_emulator::{Emulator, Endpoint, GrantType, Rule};
use scalekit_rocket::{Scalekit, ScalekitBuilder};
use scalekit_session::Timestamp;
use scalekit_session::testing::ManualClock;

use super::application::application;
use super::browser::Browser;
use super::jar::Jar;
use super::logs::Logs;
use super::server::Server;

const NOW: u64 = 1_760_000_000;

/// Access tokens of the emulator live this long.
pub(crate) const TOKEN_LIFE: Duration = Duration::from_secs(300);

pub(crate) struct World {
    pub(crate) emulator: Emulator,
    pub(crate) scalekit: Scalekit,
    pub(crate) server: Arc<Server>,
    pub(crate) origin: String,
    clock: ManualClock,
    emulators_clock: scalekit_emulator::ManualClock,
}

impl World {
    /// A world whose application lives at `http://localhost:3000`.
    pub(crate) async fn start() -> Self {
        Self::at("http://localhost:3000").await
    }

    /// A world whose application lives at that origin.
    pub(crate) async fn at(origin: &str) -> Self {
        Logs::listen();
        let clock = ManualClock::at(Timestamp::from_secs(NOW));
        let emulators_clock = scalekit_emulator::ManualClock::at(NOW);
        let emulator = Emulator::builder()
            .clock(emulators_clock.clone())
            .access_token_lifetime(TOKEN_LIFE)
            .start()
            .await
            .unwrap();
        let settings = emulator.env(&format!("{origin}/auth/callback"));
        let scalekit = configure(&settings, origin, &clock).build().unwrap();
        let server = Server::start(application(&scalekit)).await;
        Self { emulator, scalekit, server, origin: origin.to_owned(), clock, emulators_clock }
    }

    pub(crate) fn application(&self) -> Rocket<Build> {
        application(&self.scalekit)
    }

    /// A browser without cookies.
    pub(crate) fn browser(&self) -> Browser {
        self.browser_of(&self.server)
    }

    /// A browser without cookies that visits another application of the same origin.
    pub(crate) fn browser_of(&self, app: &Arc<Server>) -> Browser {
        let jar = if self.origin.starts_with("https") { Jar::secure() } else { Jar::default() };
        Browser { app: Arc::clone(app), jar, origin: self.origin.clone() }
    }

    /// A browser in which that person is signed in; the emulator counts from zero again.
    pub(crate) async fn signed_in(&self, email: &str) -> Browser {
        let mut browser = self.browser();
        assert_eq!(browser.log_in(&self.emulator, email, "/me").await, "/me");
        assert_eq!(browser.visit("/me").await.status, 200);
        self.emulator.reset_calls();
        browser
    }

    /// A browser in which that person was signed in until the access token ended.
    pub(crate) async fn expired(&self, email: &str) -> Browser {
        let browser = self.signed_in(email).await;
        self.pass(TOKEN_LIFE + Duration::from_secs(1));
        browser
    }

    /// A browser whose session should be refreshed, and can still be served.
    pub(crate) async fn due(&self, email: &str) -> Browser {
        let browser = self.signed_in(email).await;
        self.pass(TOKEN_LIFE - Duration::from_secs(10));
        browser
    }

    /// Time passes, here and at Scalekit.
    pub(crate) fn pass(&self, span: Duration) {
        self.clock.advance(span);
        self.emulators_clock.advance(span);
    }

    /// Refreshes asked for so far.
    pub(crate) fn refreshes(&self) -> usize {
        self.emulator.calls().token_refresh
    }

    /// What happens to refreshes.
    pub(crate) fn on_refresh(&self) -> Rule {
        self.emulator.faults().on(Endpoint::Token).grant(GrantType::RefreshToken)
    }
}

fn configure(settings: &[(String, String)], origin: &str, clock: &ManualClock) -> ScalekitBuilder {
    let setting = |name: &str| settings.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
    ScalekitBuilder::from_vars(setting).post_logout_redirect_uri(format!("{origin}/")).clock(clock.clone())
}
