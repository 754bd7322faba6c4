//! A shared cache in front of the application (RFC 9111), as careless as the rules allow.
//!
//! What it may keep it keeps for ever, `Set-Cookie` lines included (§7.3): whatever an application does not forbid,
//! some cache on the way does.

use std::sync::Mutex;

use reqwest::header::HeaderMap;

use crate::browser::{Answer, Browser, Request};

#[derive(Default)]
pub(crate) struct SharedCache(Mutex<Vec<Stored>>);

struct Stored {
    path: String,
    /// The request's headers that `Vary` names.
    selected: Vec<(String, Vec<Vec<u8>>)>,
    answer: Answer,
}

impl SharedCache {
    /// Sends a request through the cache; the browser keeps what comes, from wherever.
    pub(crate) async fn send(&self, browser: &Browser, request: Request) -> Answer {
        let headers = browser.headers(&request);
        let path = request.path.clone();
        let answer = match self.find(&path, &request.method, &headers) {
            Some(answer) => answer,
            None => {
                let method = request.method.clone();
                let answer = browser.look(request).await;
                self.store(path, &method, &headers, &answer);
                answer
            }
        };
        browser.keep(&answer);
        answer
    }

    /// How many responses it holds.
    pub(crate) fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    fn find(&self, path: &str, method: &str, headers: &HeaderMap) -> Option<Answer> {
        let stored = self.0.lock().unwrap();
        let fits = |stored: &&Stored| {
            stored.path == path
                && stored.selected.iter().all(|(name, values)| *values == select(headers, name))
        };
        (method == "GET").then(|| stored.iter().find(fits).map(|stored| stored.answer.clone())).flatten()
    }

    fn store(&self, path: String, method: &str, headers: &HeaderMap, answer: &Answer) {
        let directives = words(&answer.headers, "cache-control");
        let forbidden = ["no-store", "private", "no-cache"];
        let vary = words(&answer.headers, "vary");
        let explicit = directives.iter().any(|word| word.starts_with("max-age") || word == "public");
        let heuristic = [200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501].contains(&answer.status);
        if method != "GET"
            || directives.iter().any(|word| forbidden.iter().any(|no| word.starts_with(no)))
            || vary.iter().any(|name| name == "*")
            || !(explicit || heuristic)
        {
            return;
        }
        let selected = vary.into_iter().map(|name| (name.clone(), select(headers, &name))).collect();
        self.0.lock().unwrap().push(Stored { path, selected, answer: answer.clone() });
    }
}

fn select(headers: &HeaderMap, name: &str) -> Vec<Vec<u8>> {
    headers.get_all(name).iter().map(|value| value.as_bytes().to_vec()).collect()
}

fn words(headers: &HeaderMap, name: &str) -> Vec<String> {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(|word| word.trim().to_ascii_lowercase()).collect()
}
