//! An emulated Scalekit, one or more instances of the application, and one time for all of them.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use scalekit_emulator::{Emulator, Endpoint, GrantType, ManualClock, Rule};

use crate::application::{Environment, Running, Start};
use crate::browser::{Answer, Browser, Request, Transcript};
use crate::layout::Layout;
use crate::visitor::Visitor;

pub(crate) const ADA: &str = "ada@acme.example";
pub(crate) const ADA_ID: &str = "usr_100000000000000001";
pub(crate) const BOB: &str = "bob@acme.example";
pub(crate) const BOB_ID: &str = "usr_100000000000000002";
pub(crate) const MIA: &str = "mia@many.example";

const NOW: u64 = 1_760_000_000;

/// What a story is given: how to start applications, and who listens.
#[derive(Clone)]
pub struct Stage {
    pub(crate) start: Start,
    pub(crate) layout: Layout,
    pub(crate) transcript: Transcript,
    pub(crate) running: Arc<Mutex<Vec<Box<dyn Running>>>>,
}

impl Stage {
    pub(crate) fn new(start: Start, layout: Layout) -> Self {
        Self { start, layout, transcript: Transcript::default(), running: Arc::default() }
    }

    /// The usual world: an application at `https://app.test`, tokens of five minutes.
    pub(crate) async fn world(&self) -> World {
        self.setup().open().await
    }

    /// A world with something else than usual.
    pub(crate) fn setup(&self) -> Setup {
        Setup {
            stage: self.clone(),
            origin: "https://app.test".to_owned(),
            life: Duration::from_secs(300),
            grace: Duration::from_secs(30),
            variables: Vec::new(),
        }
    }

    pub(crate) async fn stop(&self) {
        let running = std::mem::take(&mut *self.running.lock().unwrap_or_else(PoisonError::into_inner));
        for application in running {
            application.stop().await;
        }
    }
}

impl std::fmt::Debug for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stage").finish_non_exhaustive()
    }
}

pub(crate) struct Setup {
    stage: Stage,
    origin: String,
    life: Duration,
    grace: Duration,
    variables: Vec<(String, String)>,
}

impl Setup {
    pub(crate) fn origin(mut self, origin: &str) -> Self {
        self.origin = origin.to_owned();
        self
    }

    /// How long access tokens live.
    pub(crate) fn life(mut self, seconds: u64) -> Self {
        self.life = Duration::from_secs(seconds);
        self
    }

    /// How long a spent refresh token still yields its successor.
    pub(crate) fn grace(mut self, seconds: u64) -> Self {
        self.grace = Duration::from_secs(seconds);
        self
    }

    /// Sets a variable of the application.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) async fn open(self) -> World {
        let clock = ManualClock::at(NOW);
        let emulator = Emulator::builder()
            .clock(clock.clone())
            .access_token_lifetime(self.life)
            .grace(self.grace)
            .initiate_login_uri(format!("{}/auth/login", self.origin))
            .start()
            .await
            .unwrap();
        let mut variables = emulator.env(&format!("{}/auth/callback", self.origin));
        variables.push(("SCALEKIT_POST_LOGOUT_REDIRECT_URI".to_owned(), format!("{}/", self.origin)));
        if self.stage.layout != Layout::Native {
            variables.push(("SCALEKIT_COOKIE_LAYOUT".to_owned(), self.stage.layout.name().to_owned()));
        }
        variables.extend(self.variables);
        let nowhere = ([127, 0, 0, 1], 0).into();
        let mut world = World {
            emulator,
            variables,
            address: nowhere,
            life: self.life,
            blank: Browser::new(&self.origin, nowhere)
                .clock(clock.clone())
                .transcript(self.stage.transcript.clone())
                .check(assert_no_token),
            clock,
            stage: self.stage,
        };
        world.address = world.another_instance().await;
        world
    }
}

pub(crate) struct World {
    pub(crate) emulator: Emulator,
    pub(crate) variables: Vec<(String, String)>,
    /// Where the first instance listens.
    pub(crate) address: SocketAddr,
    pub(crate) life: Duration,
    /// What browsers are made from: one that has no cookies and has not visited anything.
    blank: Browser,
    clock: ManualClock,
    stage: Stage,
}

impl World {
    /// Starts another process of the application: the same environment, and nothing remembered.
    pub(crate) async fn another_instance(&self) -> SocketAddr {
        self.instance_with(&self.variables).await
    }

    /// The same with other variables.
    pub(crate) async fn instance_with(&self, variables: &[(String, String)]) -> SocketAddr {
        let environment = Environment { variables: variables.to_vec(), now: self.clock.now() / 1000 };
        let application = (self.stage.start)(environment).await;
        let address = application.address();
        self.running().push(application);
        address
    }

    /// A browser without cookies.
    pub(crate) fn browser(&self) -> Visitor {
        Visitor { browser: self.blank.at(self.address).fresh(), layout: self.stage.layout }
    }

    /// A browser in which that person is signed in; the emulator counts from zero again.
    pub(crate) async fn signed_in(&self, email: &str) -> Visitor {
        let browser = self.browser();
        assert_eq!(browser.log_in(&self.emulator, email, "/me").await, "/me", "a login ends where it began");
        assert_eq!(browser.visit("/me").await.status, 200, "after a login the page is shown");
        self.emulator.reset_calls();
        browser
    }

    /// A browser in which that person was signed in until the access token ended.
    pub(crate) async fn expired(&self, email: &str) -> Visitor {
        let browser = self.signed_in(email).await;
        self.expire();
        browser
    }

    /// A browser whose session should be refreshed, and can still be served.
    pub(crate) async fn due(&self, email: &str) -> Visitor {
        let browser = self.signed_in(email).await;
        self.pass(self.life.as_secs() - self.life.as_secs() / 30);
        browser
    }

    /// All access tokens end.
    pub(crate) fn expire(&self) {
        self.pass(self.life.as_secs() + 1);
    }

    /// Seconds pass, everywhere.
    pub(crate) fn pass(&self, seconds: u64) {
        let span = Duration::from_secs(seconds);
        self.stage.transcript.note(&format!("  {seconds} s pass"));
        self.clock.advance(span);
        self.running().iter().for_each(|application| application.advance(span));
    }

    /// The request that rotates the tokens where `request` finds them expired.
    pub(crate) fn rotating(&self, request: Request) -> Request {
        self.stage.layout.rotating(request)
    }

    /// Refreshes asked for so far.
    pub(crate) fn refreshes(&self) -> usize {
        self.emulator.calls().token_refresh
    }

    /// What happens to refreshes.
    pub(crate) fn on_refresh(&self) -> Rule {
        self.emulator.faults().on(Endpoint::Token).grant(GrantType::RefreshToken)
    }

    fn running(&self) -> std::sync::MutexGuard<'_, Vec<Box<dyn Running>>> {
        self.stage.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// R46: no answer shows a token, but for the hint that a logout carries to Scalekit.
fn assert_no_token(answer: &Answer) {
    // Header and claims are objects, so both begin with `{"`.
    let looks_like_one = |text: &str| text.contains(".eyJ");
    let location = answer.location();
    let hint = location.contains("id_token_hint=");
    assert!(!looks_like_one(&answer.body), "{}: the body shows a token", answer.of);
    assert!(hint || !looks_like_one(location), "{}: the redirect shows a token", answer.of);
}
