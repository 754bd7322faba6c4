//! Configuration: all mistakes are reported together, and each message says what to write.

use std::collections::HashMap;
use std::error::Error;
use std::time::Duration;

use crate::support::{Browser, FakeScalekit};
use scalekit_session::adapter::AuthRoute;
use scalekit_session::client::ScalekitClient;
use scalekit_session::config::{
    ConfigProblem, CookieSecretError, CookieSecretListError, EnvironmentUrlError, RedirectUriError,
    SdkCookieSecretError,
};
use scalekit_session::{
    ClientSecret, ConfigError, Scalekit, ScalekitBuilder, SdkCookie, SessionManager, SplitCookies,
};

const SECRET: &str = "3q2+7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs=";

const GOOD: [(&str, &str); 5] = [
    ("SCALEKIT_ENVIRONMENT_URL", "https://acme.scalekit.dev"),
    ("SCALEKIT_CLIENT_ID", "skc_1"),
    ("SCALEKIT_CLIENT_SECRET", "client-secret-value"),
    ("SCALEKIT_REDIRECT_URI", "https://app.test/auth/callback"),
    ("SCALEKIT_COOKIE_SECRET", SECRET),
];

fn builder(changes: &[(&str, &str)]) -> ScalekitBuilder {
    let mut vars: HashMap<String, String> = HashMap::new();
    for (name, value) in GOOD.iter().chain(changes) {
        vars.insert((*name).to_owned(), (*value).to_owned());
    }
    ScalekitBuilder::from_vars(|name| vars.get(name).cloned())
}

fn problems(builder: ScalekitBuilder) -> ConfigError {
    match builder.build() {
        Ok(_) => panic!("was built"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn five_variables_are_enough() {
    let scalekit = builder(&[]).build().unwrap();
    assert_eq!(scalekit.routes().callback, "/auth/callback");
    assert!(builder(&[("SCALEKIT_ENVIRONMENT_URL", "https://acme.scalekit.dev/")]).build().is_ok());
}

#[tokio::test]
async fn nothing_set_reports_all_five_with_where_to_find_them() {
    let error = problems(ScalekitBuilder::from_vars(|_| None));
    assert_eq!(error.problems().len(), 5, "{error}");
    for (name, _) in GOOD {
        assert!(error.to_string().contains(name), "{error}");
    }
    assert!(error.to_string().contains("openssl rand -base64 32"), "{error}");
}

#[tokio::test]
async fn everything_wrong_is_reported_at_once() {
    let wrong = builder(&[
        ("SCALEKIT_ENVIRONMENT_URL", "acme.scalekit.dev"),
        ("SCALEKIT_CLIENT_ID", " "),
        ("SCALEKIT_REDIRECT_URI", "http://app.example.com/cb"),
        (
            "SCALEKIT_COOKIE_SECRET",
            "short, 3q2+7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs=, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ),
        ("SCALEKIT_ISSUER", "https://a.example,,https://b.example"),
        ("SCALEKIT_AUDIENCE", ","),
        ("SCALEKIT_POST_LOGOUT_REDIRECT_URI", "/bye"),
    ])
    .cookie_name("__Host-x;")
    .login_path("auth/login")
    .logout_path("/auth/{out}")
    .default_return_to("//evil.example")
    .allowed_origins(["https://admin.example.com/", "admin.example.com"])
    .absolute_limit(Duration::from_secs(1))
    .idle_limit(Duration::MAX)
    .leeway(Duration::from_secs(301))
    .retention(Duration::from_secs(5))
    .cookie_budget(10)
    .set_cookie_limit(5000)
    .scopes(["profile"]);
    let error = problems(wrong);
    assert_eq!(error.problems().len(), 21, "{error}");
}

#[tokio::test]
async fn what_is_missing_hides_nothing_else_that_is_wrong() {
    let wrong = builder(&[
        ("SCALEKIT_ENVIRONMENT_URL", ""),
        ("SCALEKIT_CLIENT_ID", ""),
        ("SCALEKIT_CLIENT_SECRET", ""),
        ("SCALEKIT_REDIRECT_URI", ""),
        ("SCALEKIT_COOKIE_SECRET", &format!("{SECRET},{SECRET}")),
        ("SCALEKIT_SDK_COOKIE_SECRET", "changeme"),
        ("SCALEKIT_SDK_COOKIE_NAME", "__Host-scalekit"),
    ]);
    let error = problems(wrong);
    assert_eq!(error.problems().len(), 7, "{error}");
    assert!(error.to_string().contains("is given twice"), "{error}");
    assert!(error.to_string().contains("8 bytes"), "{error}");
    assert!(error.to_string().contains("`__Host-scalekit`"), "{error}");
}

#[tokio::test]
async fn one_mistake_is_reported_once() {
    fn cookie_secret(secret: &str) -> ScalekitBuilder {
        builder(&[("SCALEKIT_COOKIE_SECRET", secret)])
    }
    let longest = "a".repeat(2000);
    let mistakes = [
        ("a short cookie secret", cookie_secret("changeme")),
        ("a cookie secret that can be guessed", cookie_secret("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")),
        ("one bad cookie secret of two", cookie_secret(&format!("{SECRET},changeme"))),
        ("one cookie secret twice", cookie_secret(&format!("{SECRET},{SECRET}"))),
        ("a comma too many", cookie_secret(&format!("{SECRET},"))),
        (
            "a trailing comma in the list of secrets, next to a shared secret with commas",
            cookie_secret(&format!("{SECRET},"))
                .sdk_cookie(SdkCookie::new("a secret, ,of 32 bytes or more, shared")),
        ),
        ("no cookie secret", cookie_secret("")),
        ("an empty shared secret", builder(&[]).sdk_cookie(SdkCookie::new(""))),
        ("a short shared secret", builder(&[]).sdk_cookie(SdkCookie::new("changeme"))),
        ("a blank client secret", builder(&[]).client_secret(" ")),
        ("no client id", builder(&[]).client_id("")),
        ("no environment URL", builder(&[]).environment_url(" ")),
        ("an environment URL without scheme", builder(&[]).environment_url("acme.scalekit.dev")),
        ("no redirect URI", builder(&[]).redirect_uri("")),
        ("a redirect URI over http", builder(&[]).redirect_uri("http://app.test/")),
        ("a redirect URI at the root", builder(&[]).redirect_uri("https://app.test")),
        ("a redirect URI at the login route", builder(&[]).redirect_uri("https://app.test/auth/login")),
        ("an empty login path", builder(&[]).login_path("")),
        ("a login path of two slashes", builder(&[]).login_path("//")),
        ("a login path that is too long", builder(&[]).login_path(format!("/{longest}"))),
        ("an empty refresh path", builder(&[]).split_cookies(SplitCookies::new().refresh_path(""))),
        ("an empty access path", builder(&[]).split_cookies(SplitCookies::new().access_path(""))),
        ("a return path elsewhere", builder(&[]).default_return_to("https://evil.example")),
        ("no issuer", builder(&[]).issuers([""; 0])),
        ("two blank audiences", builder(&[]).audiences(["", " "])),
        ("a leeway that is too long", builder(&[]).leeway(Duration::from_secs(301))),
        ("no scopes", builder(&[]).scopes([""; 0])),
        ("a cookie name with a space", builder(&[]).cookie_name("a b")),
    ];
    let reports = mistakes.map(|(mistake, builder)| (mistake, problems(builder)));
    let wrong: Vec<_> = reports.iter().filter(|(_, error)| error.problems().len() != 1).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    // The same bad text in two settings is two mistakes, not three.
    let both = cookie_secret("changeme").sdk_cookie(SdkCookie::new("changeme"));
    assert_eq!(problems(both).problems().len(), 2);
}

#[tokio::test]
async fn a_problem_keeps_the_error_behind_it() {
    let error = problems(builder(&[
        ("SCALEKIT_ENVIRONMENT_URL", "http://acme.scalekit.dev"),
        ("SCALEKIT_REDIRECT_URI", "https://app.test/cb?x=1"),
        ("SCALEKIT_COOKIE_SECRET", &format!("{SECRET},changeme,{SECRET}")),
        ("SCALEKIT_SDK_COOKIE_SECRET", "changeme"),
    ]));
    fn behind<E: Error + PartialEq + 'static>(error: &ConfigError, expected: &E) -> bool {
        let mut sources = error.problems().iter().filter_map(ConfigProblem::source);
        sources.any(|source| source.downcast_ref::<E>() == Some(expected))
    }
    assert!(behind(&error, &EnvironmentUrlError::PlainHttp), "{error}");
    assert!(behind(&error, &RedirectUriError::QueryOrFragment), "{error}");
    assert!(behind(&error, &CookieSecretError::TooShort { bytes: 8 }), "{error}");
    assert!(behind(&error, &CookieSecretListError::Duplicate), "{error}");
    assert!(behind(&error, &SdkCookieSecretError::TooShort { bytes: 8 }), "{error}");
    // The message of a problem already includes the message of its source.
    for problem in error.problems() {
        let source = problem.source().map(ToString::to_string).unwrap_or_default();
        assert!(problem.to_string().ends_with(&source), "{problem}");
    }
    // An error can have only one source. This one has five problems, so each problem has a source of its own.
    assert!(error.source().is_none());
}

#[tokio::test]
async fn a_client_secret_is_given_as_text_or_as_a_secret() {
    for built in [
        builder(&[]).client_secret("text").build(),
        builder(&[]).client_secret("text".to_owned()).build(),
        builder(&[]).client_secret(ClientSecret::new("text")).build(),
    ] {
        assert!(built.is_ok());
    }
    let client = || ScalekitClient::builder("https://acme.scalekit.dev", "skc_1");
    for built in [
        client().client_secret("text").build(),
        client().client_secret("text".to_owned()).build(),
        client().client_secret(ClientSecret::new("text")).build(),
    ] {
        assert!(built.is_ok());
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_sdk_cookie_is_said() {
    const SECRET: (&str, &str) = ("SCALEKIT_SDK_COOKIE_SECRET", "a secret, with commas; 32 bytes or more");
    let name = |name| ("SCALEKIT_SDK_COOKIE_NAME", name);
    let write = |dialect| ("SCALEKIT_SDK_COOKIE_WRITE", dialect);
    for (changes, says) in [
        (vec![("SCALEKIT_SDK_COOKIE_SECRET", "changeme")], "8 bytes, at least 32"),
        (
            vec![
                SECRET,
                ("SCALEKIT_COOKIE_SECRET", "whole secret whole secret whole secret 0123"),
                ("SCALEKIT_SDK_COOKIE_SECRET", "whole secret whole secret whole secret 0123"),
            ],
            "one of the cookie secrets as well",
        ),
        (vec![SECRET, write("ruby")], "neither `python`"),
        (vec![write("node")], "SCALEKIT_SDK_COOKIE_SECRET is missing"),
        (vec![SECRET, name("__Host-scalekit")], "`__Host-scalekit`"),
        (vec![SECRET, name("__Host-scalekit-live")], "`__Host-scalekit-live`"),
        (vec![SECRET, name("__Host-scalekit.1")], "`__Host-scalekit.1`"),
        (vec![SECRET, name("__Host-scalekit-tx-abc")], "`__Host-scalekit-tx-abc`"),
        (vec![SECRET, name("sk session")], "`sk session`"),
    ] {
        let error = problems(builder(&changes));
        assert!(error.problems().len() == 1 && error.to_string().contains(says), "{says}: {error}");
        assert!(!error.to_string().contains("whole secret"), "R46");
    }
    for changes in
        [vec![SECRET], vec![SECRET, write("python")], vec![SECRET, write(" node "), name("session.v1")]]
    {
        assert!(builder(&changes).build().is_ok(), "{changes:?}");
    }
    let short = SdkCookie::new("changeme").allow_short_secret();
    assert!(builder(&[]).sdk_cookie(short.clone()).build().is_ok());
    assert!(!format!("{short:?}").contains("changeme"), "R46");
}

#[tokio::test]
async fn what_is_wrong_with_the_split_layout_is_said() {
    let layout = |layout| ("SCALEKIT_COOKIE_LAYOUT", layout);
    let path = |path| ("SCALEKIT_ACCESS_COOKIE_PATH", path);
    for (changes, said) in [
        (vec![layout("three")], "SCALEKIT_COOKIE_LAYOUT is `three`; write `whole`"),
        (vec![path("/api")], "SCALEKIT_COOKIE_LAYOUT is missing"),
        (vec![layout("whole"), path("/api")], "SCALEKIT_COOKIE_LAYOUT is missing"),
        (vec![layout("split"), path("api")], "the access cookie path `api` is not a plain path"),
        (vec![layout("split"), path("/a;b")], "the access cookie path `/a;b` is not a plain path"),
        (
            vec![layout("split"), ("SCALEKIT_SDK_COOKIE_SECRET", "a secret, with commas; 32 bytes or more")],
            "cannot be split and shared",
        ),
    ] {
        let error = problems(builder(&changes));
        assert_eq!(error.problems().len(), 1, "{changes:?}: {error}");
        assert!(error.to_string().contains(said), "{changes:?}: {error}");
    }
    let split = builder(&[layout("split"), path("/api")]).build().unwrap();
    assert_eq!(split.routes().refresh.as_deref(), Some("/auth/refresh"));
    assert_eq!(builder(&[layout("whole")]).build().unwrap().routes().refresh, None);

    for (cookies, said) in [
        (
            SplitCookies::new().refresh_path("/auth/login"),
            "the refresh path `/auth/login` is the path of another",
        ),
        (
            SplitCookies::new().refresh_path("/auth/callback"),
            "the refresh path `/auth/callback` is the path of",
        ),
        (SplitCookies::new().refresh_path("/auth/{id}"), "the refresh path `/auth/{id}` is not a plain path"),
    ] {
        let error = problems(builder(&[]).split_cookies(cookies));
        assert!(error.to_string().contains(said), "{said}: {error}");
    }
    let named = builder(&[]).cookie_name("accessToken");
    let error = problems(named.split_cookies(SplitCookies::new()));
    assert!(error.to_string().contains("`accessToken` is that of one of the split cookies"), "{error}");
    let error = problems(builder(&[layout("split")]).default_return_to("/auth/refresh"));
    assert!(error.to_string().contains("one of the login's own routes"), "{error}");
}

#[tokio::test]
async fn blank_lists_of_issuers_and_audiences_close_rather_than_open() {
    for error in [
        problems(builder(&[]).issuers([""; 0])),
        problems(builder(&[]).issuers([" "])),
        problems(builder(&[]).audiences([""; 0])),
        problems(builder(&[]).audiences(["skc_1", ""])),
    ] {
        assert!(matches!(error.problems(), [ConfigProblem::Blank { .. }]), "{error}");
    }
}

#[tokio::test]
async fn routes_must_not_share_a_path() {
    for wrong in [
        builder(&[]).login_path("/auth/callback"),
        builder(&[]).logout_path("/auth/callback"),
        builder(&[("SCALEKIT_REDIRECT_URI", "https://app.test/auth/login")]),
    ] {
        let error = problems(wrong);
        assert!(
            error.problems().iter().all(|problem| matches!(problem, ConfigProblem::Path { .. })),
            "{error}"
        );
    }
    let both = problems(builder(&[]).login_path("/auth").logout_path("/auth"));
    assert_eq!(both.problems().len(), 2, "{both}");
}

#[tokio::test]
async fn r39_a_login_does_not_lead_to_its_own_routes() {
    for (path, problem) in [
        ("/auth/login", true),
        ("/auth/callback?a=b", true),
        ("/auth/logout", true),
        ("/auth/%6cogout", true),
        ("/auth", false),
        ("/", false),
    ] {
        let built = builder(&[]).default_return_to(path).build();
        assert_eq!(built.is_err(), problem, "{path}");
    }
    let root = problems(builder(&[("SCALEKIT_REDIRECT_URI", "https://app.test/")]));
    assert!(root.to_string().contains("the default return path `/` is one of"), "{root}");
    let unset = problems(builder(&[("SCALEKIT_REDIRECT_URI", "")]));
    assert!(!unset.to_string().contains("default return"), "{unset}");
}

#[tokio::test]
async fn r46_no_secret_shows_in_what_is_reported() {
    let secrets = ["hush-hush", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "client-secret-value"];
    let wrong = builder(&[("SCALEKIT_COOKIE_SECRET", &secrets[..2].join(",")), ("SCALEKIT_CLIENT_ID", "")]);
    let shown_builder = format!("{wrong:?}");
    let error = problems(wrong);
    let shown = format!("{shown_builder} {error} {error:?} {:?}", builder(&[]).build().unwrap());
    for secret in secrets {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn without_a_runtime_the_report_says_so() {
    let error = problems(builder(&[]));
    assert!(matches!(error.problems(), [ConfigProblem::Runtime]), "{error}");
}

#[tokio::test]
async fn r40_the_redirect_uri_decides_how_cookies_are_protected() {
    let fake = FakeScalekit::new();
    for (uri, name, secure) in [
        ("https://app.test/auth/callback", "__Host-scalekit", true),
        ("http://localhost:3000/auth/callback", "scalekit-", false),
    ] {
        let scalekit = fake.builder().redirect_uri(uri).build().unwrap();
        let hostile =
            [("host", "localhost:3000"), ("x-forwarded-proto", "http"), ("forwarded", "proto=http")];
        let request = scalekit_session::adapter::RequestView::new("GET", "/auth/login", &hostile).to_head();
        let reply = scalekit.serve(AuthRoute::Login, request).await;
        let cookie = reply.header("set-cookie").unwrap();
        assert!(cookie.starts_with(name), "{uri}");
        assert_eq!(cookie.contains("Secure"), secure, "{uri}");
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"),
            "R20"
        );
        assert!(!cookie.contains("Domain"));
    }
}

#[tokio::test]
async fn r21_ports_of_localhost_share_a_jar_and_not_a_session() {
    let fake = FakeScalekit::new();
    let at = |port: u16| {
        fake.builder().redirect_uri(format!("http://localhost:{port}/auth/callback")).build().unwrap()
    };
    let names = |scalekit: &Scalekit| {
        let scalekit = scalekit.clone();
        async move {
            let browser = Browser::new(scalekit);
            let reply =
                browser.serve_with(AuthRoute::Login, "GET", "/auth/login", &[("host", "localhost")]).await;
            reply.header("set-cookie").map(|line| line.split("-tx-").next().unwrap_or_default().to_owned())
        }
    };
    let (one, two) = (names(&at(3000)).await, names(&at(3001)).await);
    assert!(one.is_some() && one != two, "{one:?} {two:?}");
}
