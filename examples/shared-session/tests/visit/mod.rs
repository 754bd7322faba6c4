//! [`Visit`]: somebody at the site, with a browser.

use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;
use std::time::Duration;

use fantoccini::{Client, Locator};
use scalekit_emulator::Emulator;
use scalekit_session::testing::ManualClock;
use scalekit_session::{Clock, SystemClock, Timestamp};
use shared_session::{SERVICES, Site};

use crate::webdriver::Browser;

pub(crate) const FASTAPI: &str = "fastapi";
/// Whose session fits into the one cookie that the official packages have.
const BOB: &str = "bob@acme.example";
/// Longer than anything takes.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Visit {
    site: Site,
    browser: Browser,
    /// One for each service in Rust. They stand still; FastAPI and the emulator have the machine's.
    clocks: BTreeMap<&'static str, ManualClock>,
}

/// What a page says of the session.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) user: String,
    pub(crate) token: String,
    pub(crate) expires: u64,
}

impl Visit {
    /// `None` where there is no browser, or no Python with Scalekit's SDK. CI must have both.
    pub(crate) async fn begin(access_token_lifetime: Duration) -> Option<Self> {
        let python = python()?;
        let browser = Browser::open().await?;
        let clocks: BTreeMap<_, _> = SERVICES
            .into_iter()
            .map(|service| (service, ManualClock::at(SystemClock::default().now())))
            .collect();
        let emulator =
            Emulator::builder().access_token_lifetime(access_token_lifetime).start().await.unwrap();
        let site = Site::start(0, emulator, Some(&python), |service, builder| {
            builder.clock(clocks.get(service).unwrap().clone())
        });
        let site = site.await.unwrap();
        // The integration asks for a token of its own when it starts.
        site.emulator().reset_calls();
        Some(Self { site, browser, clocks })
    }

    pub(crate) async fn end(self) {
        self.browser.close().await;
    }

    /// Opens the page of a service without a session, and is led there through login.
    pub(crate) async fn sign_in(&self, service: &str) {
        self.ask_to_sign_in(service, BOB).await;
        self.wait_for(&self.account_of(service)).await;
    }

    /// The same as somebody else, wherever it leads.
    pub(crate) async fn ask_to_sign_in(&self, service: &str, email: &str) {
        self.goto(service).await;
        self.wait_for_login_page().await;
        self.click(&format!("button[name='email'][value='{email}']")).await;
    }

    /// Opens the page of a service with a session.
    pub(crate) async fn open(&self, service: &str) -> Account {
        self.goto(service).await;
        assert_eq!(self.address().await, self.account_of(service), "signed in");
        Account {
            user: self.fact("user").await,
            token: self.fact("token").await,
            expires: self.fact("expires").await.parse().unwrap(),
        }
    }

    /// After logout: the browser is at the front page with no session, and every service asks to sign in.
    pub(crate) async fn assert_signed_out(&self) {
        self.wait_for(&format!("{}/", self.site.origin())).await;
        assert!(self.sessions().await.is_empty(), "{:?}", self.sessions().await);
        for service in SERVICES.into_iter().chain([FASTAPI]) {
            self.goto(service).await;
            let address = self.address().await;
            assert!(
                address.starts_with(self.site.emulator().url()),
                "{service} asks to sign in, at {address}"
            );
        }
        self.forget().await;
    }

    /// Nothing of the site or the login page is left in the browser.
    pub(crate) async fn forget(&self) {
        self.page().delete_all_cookies().await.unwrap();
    }

    /// Whoever set it: for the whole host, out of the reach of scripts, until the browser is closed.
    pub(crate) async fn assert_cookie_is_as_the_package_sets_it(&self) {
        let cookie = self.page().get_named_cookie("sk_session").await.unwrap();
        assert_eq!(cookie.http_only(), Some(true));
        assert_eq!(cookie.secure(), Some(false), "on plain http");
        assert_eq!(cookie.path(), Some("/"));
        assert_eq!(cookie.same_site().map(|site| site.to_string()).as_deref(), Some("Lax"));
        assert!(cookie.expires().is_none() && cookie.max_age().is_none(), "{:?}", cookie.expires());
    }

    pub(crate) async fn click(&self, what: &str) {
        self.page().find(Locator::Css(what)).await.unwrap().click().await.unwrap();
    }

    /// Names of the cookies that hold sessions. The browser has one jar for all ports of a host, so the emulator's is there
    /// too; and the one that counts logins, to notice a loop, outlives them.
    pub(crate) async fn sessions(&self) -> Vec<String> {
        let cookies = self.page().get_all_cookies().await.unwrap();
        let names = cookies.into_iter().map(|cookie| cookie.name().to_owned());
        names.filter(|name| !name.starts_with("scalekit_emulator_") && !name.ends_with("-loop")).collect()
    }

    /// How often anybody has asked the emulator for tokens.
    pub(crate) fn token_calls(&self) -> usize {
        self.site.emulator().calls().token()
    }

    /// Shows a service another time.
    pub(crate) fn set_clock(&self, service: &str, unix_seconds: u64) {
        self.clocks.get(service).unwrap().set(Timestamp::from_secs(unix_seconds));
    }

    /// Shows a service the time of the machine.
    pub(crate) fn reset_clock(&self, service: &str) {
        self.clocks.get(service).unwrap().set(SystemClock::default().now());
    }

    fn page(&self) -> &Client {
        &self.browser.page
    }

    fn account_of(&self, service: &str) -> String {
        format!("{}/{service}/account", self.site.origin())
    }

    async fn goto(&self, service: &str) {
        self.page().goto(&self.account_of(service)).await.unwrap();
    }

    async fn address(&self) -> String {
        self.page().current_url().await.unwrap().to_string()
    }

    pub(crate) async fn wait_for_title(&self, title: &str) {
        let shown = async {
            while self.page().title().await.unwrap() != title {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, shown).await.is_err() {
            panic!("the browser shows {:?} at {}", self.page().title().await, self.address().await);
        }
    }

    async fn wait_for(&self, address: &str) {
        self.wait_until(|at| at == address).await;
    }

    async fn wait_for_login_page(&self) {
        self.wait_until(|at| at.starts_with(self.site.emulator().url())).await;
    }

    async fn wait_until(&self, arrived: impl Fn(&str) -> bool) {
        let arrived = async {
            while !arrived(&self.address().await) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, arrived).await.is_err() {
            panic!("the browser stays at {}", self.address().await);
        }
    }

    async fn fact(&self, name: &str) -> String {
        let place = format!("[data-fact='{name}']");
        self.page().find(Locator::Css(&place)).await.unwrap().text().await.unwrap()
    }
}

/// The interpreter that `scripts/test` names.
fn python() -> Option<PathBuf> {
    let python = env::var_os("SDK_PYTHON").map(PathBuf::from);
    if python.is_none() {
        let advice = "scripts/test makes one and names it in SDK_PYTHON";
        assert!(env::var("CI").as_deref() != Ok("true"), "no Python with Scalekit's SDK: {advice}");
        eprintln!("skipped, for there is no Python with Scalekit's SDK: {advice}");
    }
    python
}
