//! A JSON API in axum, and a page of plain JavaScript that uses it.
//!
//! The page is public and static. Its script calls the API with `fetch`, and the session's cookies go along. Where there
//! is no session the API answers 401 with problem JSON and does not redirect: the script goes to the login page. It says
//! why something is forbidden (403), and waits and tries again while Scalekit does not answer (503). What pages of other
//! sites send is refused, without a CSRF token.
//!
//! `cargo run -p scalekit-emulator -- --redirect-uri http://localhost:3000/auth/callback` prints the variables it wants.
//! With them in the environment, `cargo run -p axum-json-api` serves <http://localhost:3000>. Ada may delete what she has
//! to do, Bob may not.

#[path = "../../json-api-page/todos.rs"]
mod todos;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Html;
use axum::routing::{delete, get};
use axum::{Json, Router};
use scalekit_axum::{Authorized, Requirement, Requires, Scalekit, Session, SessionLayer, routes};
use serde_json::{Value, json};
use todos::{NewTodo, Todo, Todos};

/// The page, the same for everybody.
const PAGE: &str = include_str!("../../json-api-page/index.html");

/// Stands in a handler's signature for the permission it needs.
struct CanDelete;

impl Requirement for CanDelete {
    fn requires() -> Requires {
        Requires::permission("projects:delete")
    }
}

async fn me(session: Session) -> Json<Value> {
    let profile = session.profile();
    Json(json!({
        "id": session.user_id(),
        "name": profile.and_then(|profile| profile.name.as_deref()),
        "email": profile.and_then(|profile| profile.email.as_deref()),
    }))
}

async fn list(session: Session, State(todos): State<Arc<Todos>>) -> Json<Vec<Todo>> {
    Json(todos.of(session.user_id()))
}

/// The session comes first: whoever has none hears of that, and not of a mistake in the body.
async fn add(
    session: Session,
    State(todos): State<Arc<Todos>>,
    Json(new): Json<NewTodo>,
) -> (StatusCode, Json<Todo>) {
    (StatusCode::CREATED, Json(todos.add(session.user_id(), new)))
}

async fn remove(
    caller: Authorized<CanDelete>,
    State(todos): State<Arc<Todos>>,
    Path(id): Path<u64>,
) -> StatusCode {
    if todos.delete(caller.user_id(), id) { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "this is what the person who started it reads")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let scalekit = Scalekit::from_env().build()?;
    let app = Router::new()
        .route("/", get(async || Html(PAGE)))
        .route("/api/me", get(me))
        .route("/api/todos", get(list).post(add))
        .route("/api/todos/{id}", delete(remove))
        .with_state(Arc::new(Todos::default()))
        .merge(routes(&scalekit))
        .layer(SessionLayer::new(&scalekit));

    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("Listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
