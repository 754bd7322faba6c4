//! An application that only listens.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};

/// What has arrived, in order of arrival.
pub struct Inbox {
    pub url: String,
    letters: Arc<Mutex<Vec<Letter>>>,
}

#[derive(Clone)]
pub struct Letter {
    pub path: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Inbox {
    /// Answers everything with `status`.
    pub async fn open(status: u16) -> Self {
        let letters = Arc::<Mutex<Vec<Letter>>>::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let status = StatusCode::from_u16(status).unwrap();
        let keep = move |State(letters): State<Arc<Mutex<Vec<Letter>>>>,
                         uri: Uri,
                         headers: HeaderMap,
                         body: String| async move {
            letters.lock().unwrap().push(Letter { path: uri.path().to_owned(), headers, body });
            status
        };
        let router = Router::new().fallback(keep).with_state(Arc::clone(&letters));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, letters }
    }

    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    pub fn letters(&self) -> Vec<Letter> {
        self.letters.lock().unwrap().clone()
    }
}

impl Letter {
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}
