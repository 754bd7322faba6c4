//! The page docs/status-codes.md says what the code answers.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

use std::fs;
use std::path::Path;
use std::time::Duration;

use scalekit_session::adapter::{AuthRoute, Exchange, Refusal, Rejection, Reply, RequestView};
use scalekit_session::pages::{Page, PageKind};
use scalekit_session::testing::TestEnvironment;
use scalekit_session::{Scalekit, SessionManager, SplitCookies};

const REFUSALS: [fn() -> Refusal; 7] = [
    || Refusal::Unauthenticated,
    || Refusal::Racing,
    || Refusal::Expired,
    || Refusal::Forbidden { required: "a role".to_owned() },
    || Refusal::CrossOrigin,
    || Refusal::Unavailable { retry_after: Duration::from_secs(2) },
    || Refusal::Misdirected,
];

const KINDS: [PageKind; 11] = [
    PageKind::Forbidden,
    PageKind::CrossOrigin,
    PageKind::Unavailable,
    PageKind::LoginFailed,
    PageKind::LoginRefused,
    PageKind::LoginStale,
    PageKind::LoginLoop,
    PageKind::ConfirmLogin,
    PageKind::ConfirmLogout,
    PageKind::SessionTooLarge,
    PageKind::Misconfigured,
];

const PAGE_LOAD: [(&str, &str); 2] = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
const SCRIPT: [(&str, &str); 2] = [("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")];
const PREFETCH: [(&str, &str); 1] = [("sec-purpose", "prefetch")];
const FRAME: [(&str, &str); 2] = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")];

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// What the page has below a heading.
fn section(heading: &str) -> String {
    let page = fs::read_to_string(root().join("docs/status-codes.md")).unwrap();
    let (_, section) = page.split_once(&format!("\n## {heading}\n")).expect(heading);
    section.split("\n## ").next().unwrap().to_owned()
}

/// The cells of the table of a section.
fn rows(heading: &str) -> Vec<Vec<String>> {
    let section = section(heading);
    let lines = section.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
    let rows = lines.take_while(|line| line.starts_with('|')).map(|line| {
        let cells = line.trim_start_matches('|').trim_end_matches('|').split('|');
        cells.map(|cell| cell.trim().to_owned()).collect()
    });
    rows.collect()
}

fn row(heading: &str, first: &str) -> Vec<String> {
    let mut found = rows(heading).into_iter().filter(|row| row[0].starts_with(first));
    let row = found.next().unwrap_or_else(|| panic!("{heading} lacks {first}"));
    assert!(found.next().is_none(), "{heading} has {first} twice");
    row
}

/// The variants of a public enum of the crate, each with the documentation above it.
fn variants(name: &str) -> Vec<(String, String)> {
    fn search(folder: &Path, start: &str) -> Option<String> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).find_map(|path| {
            if path.is_dir() {
                return search(&path, start);
            }
            path.extension().filter(|extension| *extension == "rs")?;
            let source = fs::read_to_string(&path).unwrap();
            source.split_once(start).map(|(_, rest)| rest.split("\n}\n").next().unwrap().to_owned())
        })
    }
    let body = search(&root().join("scalekit-session/src"), &format!("\npub enum {name} {{\n")).expect(name);
    let (mut found, mut docs) = (Vec::new(), String::new());
    for line in body.lines().filter_map(|line| line.strip_prefix("    ")) {
        if let Some(text) = line.strip_prefix("/// ") {
            docs.push_str(text);
        } else if line.starts_with(|first: char| first.is_ascii_uppercase()) {
            let variant = line.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap();
            found.push((variant.to_owned(), std::mem::take(&mut docs)));
        }
    }
    found
}

fn name(value: &impl std::fmt::Debug) -> String {
    format!("{value:?}").split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap().to_owned()
}

/// One whose pages are the names of their kinds.
fn scalekit(redirect_uri: &str, split: bool) -> Scalekit {
    let builder = TestEnvironment::new().builder().redirect_uri(redirect_uri);
    let builder = if split { builder.split_cookies(SplitCookies::new()) } else { builder };
    builder.pages(|page: &Page| format!("{:?}", page.kind)).build().unwrap()
}

fn https(split: bool) -> Scalekit {
    scalekit("https://app.test/auth/callback", split)
}

fn refused(why: Refusal, headers: &[(&str, &str)]) -> Reply {
    let scalekit = https(why == Refusal::Expired);
    Exchange::new(scalekit.manager()).refuse(&RequestView::new("GET", "/reports", &headers.to_vec()), why)
}

/// The answer as the page writes it: the status, and the code or the kind of page.
fn answer(reply: &Reply) -> String {
    let status = reply.status;
    match reply.header("content-type") {
        Some("application/problem+json") => {
            let problem: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
            assert_eq!(problem["status"], status);
            format!("{status} `{}`", problem["code"].as_str().unwrap())
        }
        Some(_) => format!("{status}, page `{}`", reply.body),
        None => status.to_string(),
    }
}

/// The headers that the page has a column for.
fn with(reply: &Reply) -> String {
    assert_eq!(reply.header("cache-control"), Some("private, no-store"));
    assert_eq!(reply.header("vary"), Some("Cookie"));
    let challenge = reply.header("www-authenticate").map(|challenge| {
        assert!(section("Headers").contains(&format!("| `WWW-Authenticate: {challenge}` |")), "{challenge}");
        "`WWW-Authenticate`".to_owned()
    });
    let retry = reply.header("retry-after").map(|_| "`Retry-After`".to_owned());
    let allow = reply.header("allow").map(|methods| format!("`Allow: {methods}`"));
    [challenge, retry, allow].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[tokio::test]
async fn the_page_has_every_refusal_as_it_is_answered() {
    let known: Vec<_> = REFUSALS.iter().map(|refusal| name(&refusal())).collect();
    let declared: Vec<_> = variants("Refusal").into_iter().map(|(variant, _)| variant).collect();
    for variant in &declared {
        assert!(known.contains(variant), "add {variant} to this test and to the page");
    }
    assert_eq!(rows("Refused requests").len(), declared.len());
    for refusal in REFUSALS {
        let cells = row("Refused requests", &format!("`{}`:", name(&refusal())));
        let program = refused(refusal(), &SCRIPT);
        assert_eq!([&cells[1], &cells[2]], [&answer(&program), &with(&program)], "{:?}", refusal());
        let page_load = refused(refusal(), &PAGE_LOAD);
        let said = [answer(&page_load), with(&page_load)];
        let said = said.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ");
        assert!(cells[3] == said || cells[3].starts_with(&format!("{said} to ")), "{cells:?}: {said}");
        let prefetch = refused(refusal(), &PREFETCH);
        assert_eq!((prefetch.status, prefetch.header("retry-after")), (503, Some("1")));
    }
    assert!(section("Refused requests").contains("503 with `Retry-After: 1`"));
}

#[tokio::test]
async fn the_page_has_every_code_with_its_status() {
    for refusal in REFUSALS.map(|refusal| refusal()) {
        let cells = row("Codes", &format!("`{}`", refusal.code()));
        assert_eq!(cells[1], refusal.status().to_string());
    }
    for cells in rows("Codes") {
        let code = cells[0].trim_matches('`');
        assert!(REFUSALS.iter().any(|refusal| refusal().code() == code), "no refusal has the code {code}");
    }
    let missing = Rejection::not_set_up("add the middleware").into_reply();
    let section = section("Refused requests").replace("\n  ", " ");
    assert!(section.contains(&format!("gets {} with the text `{}`", missing.status, missing.body)));
}

#[test]
fn the_page_has_every_kind_of_page_with_its_status_and_title() {
    let declared = variants("PageKind");
    assert_eq!(rows("Pages").len(), declared.len());
    for (variant, docs) in declared {
        let kind = KINDS.iter().find(|kind| name(kind) == variant);
        let kind = kind.unwrap_or_else(|| panic!("add {variant} to this test and to the page"));
        let cells = row("Pages", &format!("`{variant}`"));
        assert_eq!(cells[2], Page::new(*kind).title);
        let (status, _) = docs.split_once(": ").expect("the documentation of a kind begins with its status");
        assert!(cells[1].starts_with(status), "{variant}: {status}");
    }
}

#[tokio::test]
async fn the_own_routes_answer_as_the_page_says() {
    let cross_site = [("sec-fetch-site", "cross-site")];
    let own_page_load = [("sec-fetch-mode", "navigate"), ("sec-fetch-site", "same-origin")];
    let prefetch = "`HEAD`, or a prefetch";
    let in_page = "`GET` by a script, an image or a frame";
    for (route, method, headers, request) in [
        (AuthRoute::Login, "GET", &PAGE_LOAD[..], "`GET`, a page load"),
        (AuthRoute::Login, "GET", &SCRIPT, in_page),
        (AuthRoute::Login, "GET", &FRAME, in_page),
        (AuthRoute::Login, "HEAD", &[], prefetch),
        (AuthRoute::Login, "GET", &PREFETCH, prefetch),
        (AuthRoute::Login, "POST", &[], "another method"),
        (AuthRoute::Callback, "GET", &PAGE_LOAD, "a login that is not this browser's"),
        (AuthRoute::Callback, "HEAD", &[], prefetch),
        (AuthRoute::Callback, "GET", &PREFETCH, prefetch),
        (AuthRoute::Callback, "DELETE", &[], "another method"),
        (AuthRoute::Logout, "POST", &[], "`POST` by this site"),
        (AuthRoute::Logout, "GET", &own_page_load, "`GET`, a page load that this site"),
        (AuthRoute::Logout, "GET", &PAGE_LOAD, "any other `GET`"),
        (AuthRoute::Logout, "HEAD", &[], prefetch),
        (AuthRoute::Logout, "GET", &PREFETCH, prefetch),
        (AuthRoute::Logout, "PUT", &[], "another method"),
        (AuthRoute::Logout, "POST", &cross_site, "`POST` by another site"),
        (AuthRoute::Refresh, "POST", &SCRIPT, "`POST`: there is no session"),
        (AuthRoute::Refresh, "POST", &cross_site, "`POST` by another site"),
        (AuthRoute::Refresh, "GET", &PAGE_LOAD, "`GET`, a page load: there is no session"),
        (AuthRoute::Refresh, "GET", &SCRIPT, in_page),
        (AuthRoute::Refresh, "GET", &FRAME, in_page),
        (AuthRoute::Refresh, "HEAD", &[], prefetch),
        (AuthRoute::Refresh, "GET", &PREFETCH, prefetch),
        (AuthRoute::Refresh, "PATCH", &[], "another method"),
    ] {
        let heading = format!("The {} route", name(&route).to_lowercase());
        let cells = row(&heading, request);
        let scalekit = https(true);
        let (_, path) = scalekit.routes().iter().find(|(own, _)| *own == route).unwrap();
        let request_head = RequestView::new(method, path, &headers.to_vec()).to_head();
        let reply = scalekit.serve(route, request_head).await;
        let said = answer(&reply);
        let ends = cells[1].strip_prefix(&said);
        let goes_on = ends.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ',']));
        assert!(goes_on && cells[2] == with(&reply), "{heading} {method} {request}: {said} {}", with(&reply));
    }
}

#[tokio::test]
async fn over_http_other_hosts_are_answered_as_the_page_says() {
    let scalekit = scalekit("http://localhost:3000/auth/callback", true);
    for (route, heading, request) in [
        (AuthRoute::Login, "The login route", "`GET` over `http`"),
        (AuthRoute::Refresh, "The refresh route", "`GET` or `POST` over `http`"),
    ] {
        let said = row(heading, request)[1].clone();
        for headers in
            [[("host", "evil.example"), ("accept", "*/*")], [("host", "evil.example"), PAGE_LOAD[0]]]
        {
            let reply = scalekit.serve(route, RequestView::new("GET", "/", &headers).to_head()).await;
            let words = answer(&reply).replace("421, page", "page");
            assert!(said.contains(&words), "{heading}: {words}");
        }
    }
}
