//! Server-sent events that stop when the session is over, in actix-web. The same goes for sockets.
//!
//! `cargo run -p scalekit-emulator -- --redirect-uri http://localhost:3000/auth/callback` prints the variables it wants.
//! With them in the environment, `cargo run -p actix-events` serves <http://localhost:3000>.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::web::{self, Bytes, Data, Html};
use actix_web::{App, HttpResponse, HttpServer, Responder};
use futures_util::{StreamExt, stream};
use scalekit_actix::{Scalekit, Session, SessionMiddleware, SessionWatch, routes};
use tokio::time::Interval;

const PAGE: &str = include_str!("../../events-page/index.html");

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

async fn front(application: Data<Application>) -> Html {
    let listeners = application.listeners.load(Ordering::Relaxed);
    Html::new(format!("<p>{listeners} listening</p><a href=\"/page\">Listen</a>"))
}

/// A stream cannot refresh its session: its head is sent, and with it the last chance to hand out cookies. It stops when
/// the session is over, and the browser connects again.
async fn events(session: Session, application: Data<Application>) -> impl Responder {
    let listening = Listening {
        watch: application.scalekit.watch(&session),
        clock: tokio::time::interval(Duration::from_secs(1)),
        _listener: Listener::new(Arc::clone(&application.listeners)),
    };
    let first = stream::iter([Ok(Bytes::from(format!("data: {} is signed in\n\n", session.user_id())))]);
    let updates = stream::unfold(Some(listening), async |listening| {
        let mut listening = listening?;
        let (event, next) = tokio::select! {
            end = listening.watch.ended() => (format!("event: over\ndata: {end:?}\n\n"), None),
            _ = listening.clock.tick() => {
                let session = listening.watch.session();
                (format!("data: {} is signed in\n\n", session.user_id()), Some(listening))
            }
        };
        Some((Ok::<_, Infallible>(Bytes::from(event)), next))
    });
    HttpResponse::Ok().content_type("text/event-stream").streaming(Box::pin(first.chain(updates)))
}

#[actix_web::main]
#[expect(clippy::print_stdout, reason = "this is what the person who started it reads")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let scalekit = Scalekit::from_env().build()?;
    let application = Data::new(Application { scalekit: scalekit.clone(), listeners: Arc::default() });
    let server = HttpServer::new(move || {
        App::new()
            .app_data(application.clone())
            .route("/", web::get().to(front))
            .route("/page", web::get().to(async |_: Session| Html::new(PAGE)))
            .route("/events", web::get().to(events))
            .configure(routes(&scalekit))
            .wrap(SessionMiddleware::new(&scalekit))
    });
    let server = server.bind(("127.0.0.1", port))?;
    server.addrs().iter().for_each(|address| println!("Listening on http://{address}"));
    Ok(server.run().await?)
}
