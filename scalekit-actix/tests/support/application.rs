//! The application: a route for each way of asking for a session.

use std::convert::Infallible;

use actix_web::http::header::SET_COOKIE;
use actix_web::web::{self, Bytes, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Responder};
use futures_util::{StreamExt, stream};
use scalekit_actix::{Authorized, MaybeSession, RequireMiddleware, Requirement, Requires, Session};

pub(crate) struct CanReadInvoices;

impl Requirement for CanReadInvoices {
    fn requires() -> Requires {
        Requires::permission("invoices:read")
    }
}

/// The application as its users would write it, without the ready-made routes and the middleware.
pub(crate) fn application(config: &mut ServiceConfig) {
    let inner = web::scope("/inner").configure(pages);
    config
        .configure(pages)
        .configure(guarded)
        .service(web::scope("/nested").configure(guarded).service(inner))
        .service(web::scope("/staff").route("/me", web::get().to(me)).wrap(RequireMiddleware::role("admin")));
}

fn pages(config: &mut ServiceConfig) {
    config
        .route("/public", web::to(async || "public"))
        .route("/maybe", web::to(maybe))
        .route("/optional", web::to(optional))
        .route("/thrice", web::get().to(thrice))
        .route("/me", web::to(me))
        .route(
            "/invoices",
            web::get().to(async |caller: Authorized<CanReadInvoices>| caller.user_id().to_owned()),
        )
        .route("/echo-cookie", web::get().to(echo_cookie))
        .route("/socket", web::get().to(socket));
}

/// The same guard twice: what the middleware found out, the handler must find again.
fn guarded(config: &mut ServiceConfig) {
    config
        .route("/guarded", web::get().to(me).wrap(RequireMiddleware::authenticated()))
        .service(web::resource("/admin").get(me).wrap(RequireMiddleware::role("admin")))
        .service(web::resource("/writers").get(me).wrap(RequireMiddleware::permission("invoices:write")))
        .service(
            web::resource("/bare").get(async || "behind a guard").wrap(RequireMiddleware::authenticated()),
        );
}

async fn me(session: Session) -> String {
    session.user_id().to_owned()
}

async fn maybe(session: MaybeSession) -> String {
    match session {
        MaybeSession::Active(session) => format!("active {}", session.user_id()),
        MaybeSession::Anonymous => "anonymous".to_owned(),
        MaybeSession::Unavailable { retry_after } => format!("unavailable {}", retry_after.as_secs()),
        other => format!("{other:?}"),
    }
}

async fn optional(session: Option<Session>) -> String {
    session.map_or_else(|| "none".to_owned(), |session| format!("some {}", session.user_id()))
}

/// actix-web polls the extractors of one handler side by side.
async fn thrice(first: Session, second: MaybeSession, third: Authorized<CanReadInvoices>) -> String {
    let MaybeSession::Active(second) = second else {
        return "not the same".to_owned();
    };
    let same = first.user_id() == second.user_id() && first.refreshes() == third.refreshes();
    if same { third.user_id().to_owned() } else { "not the same".to_owned() }
}

/// Sets the cookie that the request names: a handler that meddles with ours.
async fn echo_cookie(_: Session, request: HttpRequest) -> impl Responder {
    let mut response = HttpResponse::Ok();
    if let Some(line) = request.headers().get("x-set") {
        response.append_header((SET_COOKIE, line.clone()));
    }
    response.body("echo")
}

/// What answers a handshake for a socket: 101, and whatever the other side wants to hear.
async fn socket(session: Session) -> impl Responder {
    let hello = Ok::<_, Infallible>(Bytes::from(format!("hello {}", session.user_id())));
    HttpResponse::SwitchingProtocols()
        .upgrade("websocket")
        .streaming(stream::iter([hello]).chain(stream::pending()))
}
