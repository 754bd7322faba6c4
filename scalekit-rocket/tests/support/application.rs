//! The application: a route for each way of asking for a session.

#![expect(clippy::needless_pass_by_value, reason = "Rocket hands guards over by value")]

use rocket::http::{Cookie, CookieJar, Method, Status};
use rocket::request::{FromRequest, Outcome};
use rocket::response::{Responder, Result};
use rocket::{Build, Request, Response, Rocket, Route, get, options, post, routes};
use scalekit_rocket::{Authorized, MaybeSession, Requirement, Requires, Scalekit, Session, SessionFairing};

use super::server::unattached;

pub(crate) struct CanReadInvoices;

impl Requirement for CanReadInvoices {
    fn requires() -> Requires {
        Requires::permission("invoices:read")
    }
}

pub(crate) struct Admin;

impl Requirement for Admin {
    fn requires() -> Requires {
        Requires::role("admin")
    }
}

struct Writer;

impl Requirement for Writer {
    fn requires() -> Requires {
        Requires::permission("invoices:write")
    }
}

/// The application as its users would write it.
pub(crate) fn application(scalekit: &Scalekit) -> Rocket<Build> {
    unattached()
        .mount("/", pages())
        .mount("/", guarded())
        .mount("/nested", guarded())
        .mount("/nested/inner", pages())
        .attach(SessionFairing::new(scalekit))
}

fn pages() -> Vec<Route> {
    let mut pages = routes![invoices, failed, jar_cookies, echo_cookie];
    pages.extend(public::routes());
    pages.extend(maybe::routes());
    pages.extend(optional::routes());
    pages.extend(me::routes());
    pages
}

/// The same question twice: what the first guard found out, the second must find again.
fn guarded() -> Vec<Route> {
    routes![guarded_by_session, admin, writers, bare]
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
any!(optional, "/optional", Option<Session>, perhaps);
any!(me, "/me", Session, user_id);

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

fn perhaps(session: Option<Session>) -> String {
    session.map_or_else(|| "none".to_owned(), |session| format!("some {}", session.user_id()))
}

fn user_id(session: Session) -> String {
    session.user_id().to_owned()
}

#[get("/invoices")]
fn invoices(caller: Authorized<CanReadInvoices>) -> String {
    caller.user_id().to_owned()
}

#[get("/guarded")]
fn guarded_by_session(_before: Session, session: Session) -> String {
    session.user_id().to_owned()
}

#[get("/admin")]
fn admin(_before: Authorized<Admin>, session: Session) -> String {
    session.user_id().to_owned()
}

#[get("/writers")]
fn writers(_before: Session, caller: Authorized<Writer>) -> String {
    caller.user_id().to_owned()
}

#[get("/bare")]
fn bare(_session: Session) -> &'static str {
    "behind a guard"
}

/// Ends in a catcher.
#[get("/failed/<code>")]
fn failed(_session: Session, code: u16) -> std::result::Result<(), Status> {
    Err(Status::new(code))
}

#[get("/jar-cookies")]
fn jar_cookies(_session: Session, jar: &CookieJar<'_>) -> &'static str {
    jar.add(Cookie::build(("theme", "dark")).path("/"));
    "jar"
}

/// Sets the cookie that the request names: a handler that meddles with ours.
#[get("/echo-cookie")]
fn echo_cookie(_session: Session, line: Named) -> Echo {
    Echo(line)
}

/// A response with that cookie.
struct Echo(Named);

impl<'r> Responder<'r, 'static> for Echo {
    fn respond_to(self, _: &'r Request<'_>) -> Result<'static> {
        let mut response = Response::new();
        if let Named(Some(line)) = self.0 {
            response.set_raw_header("set-cookie", line);
        }
        Ok(response)
    }
}

/// What the header `x-set` says.
struct Named(Option<String>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Named {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        Outcome::Success(Self(request.headers().get_one("x-set").map(str::to_owned)))
    }
}
