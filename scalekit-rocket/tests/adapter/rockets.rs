//! What Rocket does to requests and responses, and the session does not notice.

use std::time::Duration;

use rocket::fairing::AdHoc;
use rocket::http::uri::Origin;
use scalekit_emulator::Fault;

use crate::support::{ADA, ADA_ID, Answer, Server, World, navigation, program, soon};

const HOST: &str = "https://app.example.com";

/// The `Cookie` header of a signed-in browser with every name spelled another way.
fn respelled(header: &str, spell: impl Fn(&str) -> String) -> String {
    let pairs = header.split("; ").filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| format!("{}={value}", spell(name))).collect::<Vec<_>>().join("; ")
}

#[tokio::test]
async fn r43_names_that_only_decode_or_trim_to_ours_are_not_ours() {
    let world = World::at(HOST).await;
    let browser = world.signed_in(ADA).await;
    let cookies = browser.jar.header().unwrap();
    let ask = |cookies: String| {
        let request = program("GET", "/maybe").header("host", "app.example.com");
        let request = request.header("cookie", cookies.into_bytes()).body(String::new()).unwrap();
        world.server.send(request)
    };
    let body = async |cookies: String| Answer::read(ask(cookies).await).await.body;
    assert_eq!(body(cookies.clone()).await, format!("active {ADA_ID}"));
    for (name, spell) in [
        ("percent", (|name: &str| name.replace("__", "%5F%5F")) as fn(&str) -> String),
        ("one letter", |name| name.replace("Host", "H%6fst")),
        ("another case", |name| name.replace("__Host", "__hOST")),
        ("no prefix", |name| name.replace("__Host-", "")),
        ("U+2000 before", |name| format!("\u{2000}{name}")),
        ("U+3000 before", |name| format!("\u{3000}{name}")),
        ("U+00A0 after", |name| format!("{name}\u{a0}")),
        ("vertical tab", |name| format!("\u{b}{name}")),
        ("quote", |name| format!("\"{name}\"")),
    ] {
        let spelled = respelled(&cookies, spell);
        let request = program("GET", "/maybe").header("host", "app.example.com");
        // What no client can send can do no harm.
        let Ok(request) = request.header("cookie", spelled.into_bytes()).body(String::new()) else {
            continue;
        };
        let answer = Answer::read(world.server.send(request).await).await;
        assert_eq!(answer.body, "anonymous", "{name}");
        assert_eq!(answer.set_cookies(), [""; 0], "{name}");
    }
}

#[tokio::test]
async fn r43_a_siblings_cookie_beside_ours_changes_nothing() {
    let world = World::at(HOST).await;
    let mut browser = world.signed_in(ADA).await;
    for name in
        ["%5F%5FHost-scalekit", "%5F%5FHost-scalekit-live", "\u{2000}__Host-scalekit", "__Host%2Dscalekit"]
    {
        browser.jar.set(name, "AgAAAA");
        assert_eq!(browser.call("/me").await.body, ADA_ID, "{name}");
    }
}

#[tokio::test]
async fn cookies_on_several_lines_are_one_jar() {
    let world = World::start().await;
    let browser = world.signed_in(ADA).await;
    let cookies = browser.jar.header().unwrap();
    let request = program("GET", "/me").header("host", "localhost:3000");
    let request = cookies.split("; ").fold(request, |request, pair| request.header("cookie", pair));
    let answer = Answer::read(world.server.send(request.body(String::new()).unwrap()).await).await;
    assert_eq!(answer.body, ADA_ID);
}

#[tokio::test]
async fn r24_pages_of_catchers_keep_the_new_cookies() {
    let world = World::start().await;
    for code in [400, 401, 403, 404, 421, 422, 500, 503] {
        let mut browser = world.expired(ADA).await;
        let answer = browser.visit(&format!("/failed/{code}")).await;
        assert_eq!(answer.status, code);
        assert!(!answer.set_cookies().is_empty(), "{code} hands the successor out");
        assert!(answer.is_private(), "{code}: {:?}", answer.headers);
        world.pass(Duration::from_secs(61));
        assert_eq!(browser.visit("/me").await.body, ADA_ID, "{code}");
        assert_eq!(world.refreshes(), 1, "{code}: the browser has the new cookies");
    }
}

#[tokio::test]
async fn r19_a_page_of_a_catcher_sets_no_cookie_without_need() {
    let world = World::start().await;
    let mut browser = world.signed_in(ADA).await;
    let answer = browser.visit("/failed/404").await;
    assert_eq!((answer.status, answer.set_cookies().len()), (404, 0));
    assert!(answer.is_private(), "{:?}", answer.headers);
    assert_eq!(world.emulator.calls().total(), 0);
}

#[tokio::test]
async fn r24_a_handler_that_panics_keeps_the_new_cookies() {
    #[rocket::get("/panic")]
    fn panics(_session: scalekit_rocket::Session) {
        std::panic::resume_unwind(Box::new("a bug"));
    }
    let world = World::start().await;
    let server = Server::start(world.application().mount("/", rocket::routes![panics])).await;
    let mut browser = world.expired(ADA).await;
    browser.app = server;
    let answer = browser.visit("/panic").await;
    assert_eq!(answer.status, 500);
    assert!(!answer.set_cookies().is_empty());
    assert_eq!(browser.visit("/me").await.body, ADA_ID);
    assert_eq!(world.refreshes(), 1);
}

#[tokio::test]
async fn r25_cookies_of_rockets_jar_stay_lines_of_their_own() {
    let world = World::start().await;
    let mut browser = world.expired(ADA).await;
    let answer = browser.visit("/jar-cookies").await;
    let lines = answer.set_cookies();
    assert_eq!(lines.iter().filter(|line| line.starts_with("theme=dark")).count(), 1, "{lines:?}");
    assert!(lines.len() > 1, "ours are there too");
    assert_eq!(browser.jar.value("theme"), Some("dark"));
    assert_eq!(browser.visit("/me").await.set_cookies(), [""; 0]);
}

#[tokio::test]
async fn r24_a_fairing_of_the_application_cannot_make_a_session_public() {
    let world = World::start().await;
    let careless = AdHoc::on_response("cache everything", |_, response| {
        Box::pin(async move {
            response.set_raw_header("Cache-Control", "public, max-age=3600");
        })
    });
    let server = Server::start(world.application().attach(careless)).await;
    let mut browser = world.signed_in(ADA).await;
    browser.app = server;
    assert_eq!(browser.visit("/me").await.header("cache-control"), "private, no-store");
    assert_eq!(browser.visit("/public").await.header("cache-control"), "public, max-age=3600");
}

#[tokio::test]
async fn r39_the_way_back_is_the_target_that_the_client_sent() {
    let world = World::start().await;
    let rewriting = AdHoc::on_request("rewrite", |request, _| {
        Box::pin(async move {
            if request.uri().path() == "/rewritten" {
                request.set_uri(Origin::parse("/me").unwrap());
            }
        })
    });
    let server = Server::start(world.application().attach(rewriting)).await;
    let mut browser = world.browser_of(&server);
    for (target, back) in [
        ("/me?q=%2F%2E%2e&a=b+c", "return_to=%2Fme%3Fq%3D%252F%252E%252e%26a%3Db%2Bc"),
        ("/nested//inner/me", "return_to=%2Fnested%2F%2Finner%2Fme"),
        ("/%6de", "return_to=%2F%256de"),
        ("/rewritten", "return_to=%2Frewritten"),
    ] {
        let answer = browser.visit(target).await;
        assert_eq!(answer.status, 303, "{target}");
        assert_eq!(answer.location(), format!("/auth/login?{back}"), "{target}");
    }
    let answer = browser.visit("//me").await;
    assert_eq!((answer.status, answer.location()), (303, "/auth/login"), "that would be another host");
}

#[tokio::test]
async fn a_form_that_names_its_method_is_judged_by_what_it_becomes() {
    let world = World::start().await;
    let browser = world.signed_in(ADA).await;
    let form = |body: &str| {
        let request = http::Request::builder().method("POST").uri("/maybe").header("host", "localhost:3000");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let request = request.header("sec-fetch-site", "cross-site").header("origin", "https://evil.test");
        let request = request.header("cookie", browser.jar.header().unwrap());
        world.server.send(request.body(body.to_owned()).unwrap())
    };
    assert_eq!(form("a=1").await.status(), 403);
    assert_eq!(form("_method=post").await.status(), 403, "what has effects needs this site");
    assert_eq!(form("_method=get").await.status(), 200, "a GET has none");
    assert_eq!(form("_method=options").await.status(), 403);
}

/// Rocket routes a HEAD as a GET: what the client sent is recorded before.
#[tokio::test]
async fn r13_head_refreshes_only_what_is_over() {
    let world = World::start().await;
    let mut due = world.due(ADA).await;
    let answer = due.send(navigation("HEAD", "/me")).await;
    assert_eq!((answer.status, answer.set_cookies().len(), world.refreshes()), (200, 0, 0));
    let mut expired = world.expired(ADA).await;
    let answer = expired.send(navigation("HEAD", "/me")).await;
    assert_eq!((answer.status, answer.body.as_str(), world.refreshes()), (200, "", 1));
    assert!(!answer.set_cookies().is_empty(), "a required refresh is handed out");
}

#[tokio::test]
async fn what_rocket_cannot_parse_is_400_and_nobodys_session() {
    let world = World::start().await;
    let browser = world.due(ADA).await;
    let answer = browser.look(navigation("PROPFIND", "/me")).await;
    assert_eq!((answer.status, answer.set_cookies().len(), world.refreshes()), (400, 0, 0));
}

/// It goes past all fairings, so what a catcher found could never be written.
#[rocket::catch(400)]
async fn asking(request: &rocket::Request<'_>) -> String {
    format!("{}", request.guard::<scalekit_rocket::MaybeSession>().await.is_success())
}

#[tokio::test]
async fn a_catcher_that_asks_about_what_rocket_cannot_parse_finds_no_session() {
    let world = World::start().await;
    let server = Server::start(world.application().register("/", rocket::catchers![asking])).await;
    let mut browser = world.browser_of(&server);
    browser.jar = world.due(ADA).await.jar;
    let answer = browser.look(navigation("PROPFIND", "/me")).await;
    assert_eq!((answer.body.as_str(), answer.set_cookies().len(), world.refreshes()), ("false", 0, 0));
}

#[rocket::delete("/items")]
#[expect(clippy::needless_pass_by_value, reason = "Rocket hands guards over by value")]
fn delete(session: scalekit_rocket::Session) -> String {
    session.user_id().to_owned()
}

#[tokio::test]
async fn r51_a_method_that_a_fairing_changes_is_judged_as_it_is_routed() {
    let world = World::start().await;
    let change = AdHoc::on_request("method override", |request, _| {
        Box::pin(async move { request.set_method(rocket::http::Method::Delete) })
    });
    let app = world.application().mount("/", rocket::routes![delete]).attach(change);
    let server = Server::start(app).await;
    let mut browser = world.browser_of(&server);
    browser.jar = world.signed_in(ADA).await.jar;
    assert_eq!(browser.look(navigation("GET", "/items")).await.body, ADA_ID);
    let forged = http::Request::builder().uri("/items").header("sec-fetch-site", "cross-site");
    assert_eq!(browser.look(forged.header("sec-fetch-mode", "navigate")).await.status, 403);
}

#[tokio::test]
async fn option_swallows_an_outage_as_its_docs_say() {
    let world = World::start().await;
    let mut browser = world.expired(ADA).await;
    world.on_refresh().inject(Fault::status(503));
    let answer = browser.visit("/optional").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "none"));
    assert!(answer.is_private());
    assert!(browser.visit("/maybe").await.body.starts_with("unavailable"), "this one tells them apart");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r07_a_refresh_is_not_lost_when_rocket_shuts_down() {
    let world = World::start().await;
    let browser = world.expired(ADA).await;
    let cookies = browser.jar.header().unwrap();
    let gate = world.on_refresh().hold();
    let asked = tokio::spawn(world.server.get("/me", &cookies));
    soon(gate.arrived(1)).await;
    world.server.shutdown.clone().notify();
    gate.release();
    let answer = soon(asked).await.unwrap();
    assert_eq!((answer.status, answer.body.as_str()), (200, ADA_ID));
    assert!(!answer.set_cookies().is_empty());
    assert!(world.scalekit.drain(Duration::from_secs(20)).await, "nothing is left under way");
}

#[tokio::test]
async fn the_local_client_of_rocket_asks_with_the_cookie_header() {
    let world = World::start().await;
    let cookies = world.signed_in(ADA).await.jar.header().unwrap();
    let client = rocket::local::asynchronous::Client::untracked(world.application()).await.unwrap();
    let header = |name, value: &str| rocket::http::Header::new(name, value.to_owned());
    let request =
        client.get("/me").header(header("cookie", &cookies)).header(header("host", "localhost:3000"));
    assert_eq!(request.dispatch().await.into_string().await.unwrap(), ADA_ID);
    let pairs = cookies.split("; ").filter_map(|pair| pair.split_once('='));
    let in_the_jar =
        client.get("/me").cookies(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(in_the_jar.dispatch().await.status().code, 401, "the jar is not asked");
}
