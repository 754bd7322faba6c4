//! One signed-in browser.

use reqwest::header::{COOKIE, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use scalekit_emulator::Emulator;
use serde_json::Value;
use tokio::time::Instant;

use crate::Failed;
use crate::jar::Jar;
use crate::tally::Tally;

/// Bounds a run on a machine that is much faster than expected.
const REQUESTS_PER_CLIENT: u32 = 500_000;

const PATHS: [(&str, Kind); 3] =
    [("/dashboard", Kind::Page), ("/api/me", Kind::Program), ("/invoices", Kind::Page)];

/// Who asks: a browser that loads a page would be redirected to login, a script would get 401.
#[derive(Clone, Copy)]
enum Kind {
    Page,
    Program,
}

pub(crate) struct Session {
    http: Client,
    origin: String,
    jar: Jar,
}

impl Session {
    /// Signs in as somebody who may see every page.
    pub(crate) async fn sign_in(origin: &str, emulator: &Emulator) -> Result<Self, Failed> {
        let http = Client::builder().redirect(Policy::none()).no_proxy().build()?;
        let session = Self { http, origin: origin.to_owned(), jar: Jar::default() };
        let begun = session.get("/auth/login", Kind::Page).await?;
        let authorize = location(&begun).ok_or("no redirect to the login page")?;
        let callback = emulator.authenticate(&authorize, "ada@acme.example")?;
        let path = callback.strip_prefix(origin).ok_or("the callback is elsewhere")?;
        let landed = session.get(path, Kind::Page).await?;
        match location(&landed) {
            Some(_) => Ok(session),
            None => Err(format!("the callback answered {}", landed.status()).into()),
        }
    }

    /// Opens one page after the other, as fast as they come.
    pub(crate) async fn browse(&self, number: usize, until: Instant, tally: &Tally) {
        let pages = PATHS.iter().cycle().skip(number % PATHS.len()).zip(0..REQUESTS_PER_CLIENT);
        for ((path, kind), _) in pages {
            let sent = Instant::now();
            if sent >= until {
                break;
            }
            match self.get(path, *kind).await {
                Ok(answer) => {
                    let (status, leads_to) = (answer.status().as_u16(), location(&answer));
                    // Read to the end, so that the connection is used again.
                    let read = answer.bytes().await.map(drop);
                    tally.answered(path, status, leads_to.as_deref(), read.is_ok(), sent.elapsed());
                }
                Err(error) => tally.failed(path, &error.to_string()),
            }
        }
    }

    /// How often this session was refreshed, as the application tells.
    pub(crate) async fn refreshes(&self) -> Result<u64, Failed> {
        let answer = self.get("/api/me", Kind::Program).await?;
        let me: Value = serde_json::from_slice(&answer.bytes().await?)?;
        me.get("refreshes").and_then(Value::as_u64).ok_or_else(|| format!("no session any more: {me}").into())
    }

    async fn get(&self, path: &str, kind: Kind) -> reqwest::Result<Response> {
        let (mode, destination, site) = match kind {
            Kind::Page => ("navigate", "document", "none"),
            Kind::Program => ("cors", "empty", "same-origin"),
        };
        let request = self
            .http
            .get(format!("{}{path}", self.origin))
            .header("sec-fetch-mode", mode)
            .header("sec-fetch-dest", destination)
            .header("sec-fetch-site", site)
            .header("accept", "text/html, */*")
            .header(COOKIE, self.jar.header());
        let answer = request.send().await?;
        self.jar.apply(answer.headers());
        Ok(answer)
    }
}

fn location(answer: &Response) -> Option<String> {
    let value = answer.headers().get(LOCATION)?;
    value.to_str().ok().map(str::to_owned)
}
