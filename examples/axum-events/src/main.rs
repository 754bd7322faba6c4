//! Server-sent events that stop when the session is over, in axum. The same goes for sockets.
//!
//! `cargo run -p scalekit-emulator -- --redirect-uri http://localhost:3000/auth/callback` prints the variables it wants.
//! With them in the environment, `cargo run -p axum-events` serves <http://localhost:3000>.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::sse::{Event, Sse};
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use futures_util::{StreamExt, stream};
use scalekit_axum::{Scalekit, Session, SessionLayer, SessionWatch, routes};
use tokio::time::Interval;

const PAGE: &str = include_str!("../../events-page/index.html");

#[derive(Clone)]
struct Application {
    scalekit: Scalekit,
    listeners: Arc<AtomicUsize>,
}

/// What a stream holds while somebody listens.
struct Listening {
    watch: SessionWatch,
    clock: Interval,
    _listener: Listener,
}

/// Counts itself.
struct Listener(Arc<AtomicUsize>);

impl Listener {
    fn new(listeners: Arc<AtomicUsize>) -> Self {
        listeners.fetch_add(1, Ordering::Relaxed);
        Self(listeners)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn front(State(application): State<Application>) -> Html<String> {
    let listeners = application.listeners.load(Ordering::Relaxed);
    Html(format!("<p>{listeners} listening</p><a href=\"/page\">Listen</a>"))
}

/// A stream cannot refresh its session: its head is sent, and with it the last chance to hand out cookies. It stops when
/// the session is over, and the browser connects again.
async fn events(session: Session, State(application): State<Application>) -> impl IntoResponse {
    let listening = Listening {
        watch: application.scalekit.watch(&session),
        clock: tokio::time::interval(Duration::from_secs(1)),
        _listener: Listener::new(application.listeners),
    };
    let first = stream::iter([Ok(Event::default().data(format!("{} is signed in", session.user_id())))]);
    Sse::new(first.chain(stream::unfold(Some(listening), async |listening| {
        let mut listening = listening?;
        let (event, next) = tokio::select! {
            end = listening.watch.ended() => (Event::default().event("over").data(format!("{end:?}")), None),
            _ = listening.clock.tick() => {
                let session = listening.watch.session();
                (Event::default().data(format!("{} is signed in", session.user_id())), Some(listening))
            }
        };
        Some((Ok::<_, Infallible>(event), next))
    })))
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "this is what the person who started it reads")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let scalekit = Scalekit::from_env().build()?;
    let app = Router::new()
        .route("/", get(front))
        .route("/page", get(async |_: Session| Html(PAGE)))
        .route("/events", get(events))
        .merge(routes(&scalekit))
        .layer(SessionLayer::new(&scalekit))
        .with_state(Application { scalekit: scalekit.clone(), listeners: Arc::default() });

    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("Listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
