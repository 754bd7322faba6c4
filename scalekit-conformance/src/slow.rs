//! Handlers that take their time: the suite decides when the route `/slow` may answer.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::browser::{Answer, Browser, fetch};
use crate::soon::{eventually, soon};

/// A body that begins and ends when told to.
#[derive(Debug)]
struct Wait {
    beginning: Option<Bytes>,
    finished: oneshot::Receiver<Infallible>,
}

/// Some servers look at the beginning of a body before they call a handler: Rocket at 512 bytes.
const BEGINNING: &[u8] = &[b' '; 1024];

/// Ends the [`Wait`] when dropped.
#[derive(Debug)]
struct Finish(#[expect(dead_code, reason = "dropping it is the message")] oneshot::Sender<Infallible>);

fn wait() -> (Finish, Wait) {
    let (sender, receiver) = oneshot::channel();
    (Finish(sender), Wait { beginning: Some(Bytes::from_static(BEGINNING)), finished: receiver })
}

impl Body for Wait {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.beginning.take() {
            Some(beginning) => Poll::Ready(Some(Ok(Frame::data(beginning)))),
            None => Pin::new(&mut self.finished).poll(context).map(|_ended| None),
        }
    }
}

/// A request whose handler has its session and has not answered yet.
pub(crate) struct Late {
    task: JoinHandle<Answer>,
    finish: Finish,
}

impl Late {
    /// Sends a request and returns when its handler knows whom it is from.
    pub(crate) async fn begin(browser: &Browser) -> Self {
        let before = waiting(browser).await;
        let (finish, wait) = wait();
        let tab = browser.clone();
        let task = tokio::spawn(async move {
            let request = fetch("/slow").method("POST");
            let sending = tab.prepare(&request).body(reqwest::Body::wrap(wait));
            tab.exchange(&request, sending).await
        });
        eventually(async || waiting(browser).await > before).await;
        Self { task, finish }
    }

    /// Lets the handler answer. The answer is still on its way to the jar.
    pub(crate) async fn end(self) -> Answer {
        drop(self.finish);
        soon(self.task).await.unwrap()
    }
}

/// How many handlers of `/slow` wait.
async fn waiting(browser: &Browser) -> usize {
    browser.look(fetch("/waiting").header("cookie", "")).await.body.parse().unwrap()
}
