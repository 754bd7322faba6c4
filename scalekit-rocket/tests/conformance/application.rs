//! The application that the suite talks to.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails, and says where")]
#![expect(clippy::needless_pass_by_value, reason = "Rocket hands guards over by value")]

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rocket::data::ToByteUnit;
use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{Method, Status};
use rocket::response::stream::TextStream;
use rocket::response::{Redirect, Responder, Result, status};
use rocket::{
    Build, Config, Data, Orbit, Request, Response, Rocket, Route, Shutdown, State, get, options, post, routes,
};
use scalekit_conformance::{Application, Environment};
use scalekit_rocket::{
    Authorized, MaybeSession, Requirement, Requires, Scalekit, ScalekitBuilder, Session, SessionFairing,
};
use scalekit_session::Timestamp;
use scalekit_session::testing::ManualClock;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(crate) struct RocketApplication {
    address: SocketAddr,
    clock: ManualClock,
    server: JoinHandle<()>,
}

impl Application for RocketApplication {
    async fn start(environment: Environment) -> Self {
        let clock = ManualClock::at(Timestamp::from_secs(environment.now));
        let builder = ScalekitBuilder::from_vars(|name| environment.variable(name));
        let scalekit = builder.clock(clock.clone()).build().unwrap();
        let (tell, started) = oneshot::channel();
        let app = rocket()
            .manage(Readers::default())
            .manage(scalekit.clone())
            .mount("/", pages())
            .attach(SessionFairing::new(&scalekit))
            .attach(Liftoff(Mutex::new(Some(tell))));
        let server = tokio::spawn(async move {
            drop(app.launch().await.unwrap());
        });
        let (port, _) = started.await.unwrap();
        Self { address: (Ipv4Addr::LOCALHOST, port).into(), clock, server }
    }

    fn address(&self) -> SocketAddr {
        self.address
    }

    fn advance(&self, time: Duration) {
        self.clock.advance(time);
    }

    async fn stop(self) {
        self.server.abort();
    }
}

/// Any free port, and no log of its own.
fn rocket() -> Rocket<Build> {
    let shutdown = rocket::config::Shutdown { ctrlc: false, signals: [].into(), ..Default::default() };
    rocket::custom(Config {
        address: Ipv4Addr::LOCALHOST.into(),
        port: 0,
        log_level: rocket::config::LogLevel::Off,
        shutdown,
        ..Config::default()
    })
}

/// Tells where the application listens.
struct Liftoff(Mutex<Option<oneshot::Sender<(u16, Shutdown)>>>);

#[rocket::async_trait]
impl Fairing for Liftoff {
    fn info(&self) -> Info {
        Info { name: "liftoff", kind: Kind::Liftoff }
    }

    async fn on_liftoff(&self, rocket: &Rocket<Orbit>) {
        let tell = self.0.lock().unwrap().take().unwrap();
        drop(tell.send((rocket.config().port, rocket.shutdown())));
    }
}

struct CanReadInvoices;

impl Requirement for CanReadInvoices {
    fn requires() -> Requires {
        Requires::permission("invoices:read")
    }
}

struct Admin;

impl Requirement for Admin {
    fn requires() -> Requires {
        Requires::role("admin")
    }
}

fn pages() -> Vec<Route> {
    let mut pages =
        routes![name, invoices, admin, with_status, moved, cached, own_cookies, stream, slow, waiting];
    pages.extend(public::routes());
    pages.extend(maybe::routes());
    pages.extend(me::routes());
    pages.extend(api_me::routes());
    pages
}

/// A route for several methods.
macro_rules! any {
    ($name:ident, $path:literal, $guard:ty, $answer:path) => {
        mod $name {
            use super::*;

            #[get($path)]
            fn by_get(guard: $guard) -> String {
                $answer(guard)
            }

            #[post($path)]
            fn by_post(guard: $guard) -> String {
                $answer(guard)
            }

            #[options($path)]
            fn by_options(guard: $guard) -> String {
                $answer(guard)
            }

            pub(super) fn routes() -> Vec<Route> {
                routes![by_get, by_post, by_options]
            }
        }
    };
}

any!(public, "/public", Method, anybody);
any!(maybe, "/maybe", MaybeSession, whoever);
any!(me, "/me", Session, user_id);
any!(api_me, "/api/me", Session, user_id);

fn anybody(_: Method) -> String {
    "public".to_owned()
}

fn whoever(session: MaybeSession) -> String {
    match session {
        MaybeSession::Active(session) => format!("active {}", session.user_id()),
        MaybeSession::Anonymous => "anonymous".to_owned(),
        MaybeSession::Unavailable { retry_after } => format!("unavailable {}", retry_after.as_secs()),
        other => format!("{other:?}"),
    }
}

fn user_id(session: Session) -> String {
    session.user_id().to_owned()
}

#[get("/name")]
fn name(session: Session) -> String {
    session.profile().and_then(|profile| profile.name.clone()).unwrap_or_default()
}

#[get("/invoices")]
fn invoices(caller: Authorized<CanReadInvoices>) -> String {
    caller.user_id().to_owned()
}

#[get("/admin")]
fn admin(_before: Authorized<Admin>, session: Session) -> String {
    session.user_id().to_owned()
}

#[get("/status/<code>")]
fn with_status(_session: Session, code: u16) -> status::Custom<()> {
    status::Custom(Status::new(code), ())
}

#[get("/moved")]
fn moved(_session: Session) -> Redirect {
    Redirect::to("/public")
}

#[get("/cached")]
fn cached(_session: Session) -> With {
    With(&[
        ("cache-control", "public, max-age=60"),
        ("cdn-cache-control", "max-age=60"),
        ("vary", "accept-encoding"),
    ])
}

#[get("/own-cookies")]
fn own_cookies(_session: Session) -> With {
    With(&[("set-cookie", "theme=dark; Path=/"), ("set-cookie", "language=en, or so; Path=/")])
}

/// Header lines of the handler's own.
struct With(&'static [(&'static str, &'static str)]);

impl<'r> Responder<'r, 'static> for With {
    fn respond_to(self, _: &'r Request<'_>) -> Result<'static> {
        let mut response = Response::new();
        for (name, value) in self.0 {
            response.adjoin_raw_header(*name, *value);
        }
        Ok(response)
    }
}

/// One event, and nothing more until the session is over.
#[get("/stream")]
fn stream(session: Session, scalekit: &State<Scalekit>) -> TextStream![String] {
    let mut watch = scalekit.watch(&session);
    TextStream! {
        yield format!("data: hello {}\n\n", watch.session().user_id());
        watch.ended().await;
    }
}

/// How many handlers are reading.
#[derive(Default)]
struct Readers(AtomicUsize);

#[post("/slow", data = "<body>")]
async fn slow(session: MaybeSession, readers: &State<Readers>, body: Data<'_>) -> String {
    readers.0.fetch_add(1, Ordering::SeqCst);
    body.open(64.kibibytes()).into_bytes().await.unwrap();
    readers.0.fetch_sub(1, Ordering::SeqCst);
    whoever(session)
}

#[get("/waiting")]
fn waiting(readers: &State<Readers>) -> String {
    readers.0.load(Ordering::SeqCst).to_string()
}
