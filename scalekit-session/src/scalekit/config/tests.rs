//! The configuration reference, docs/configuration.md, says what the builder does.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use super::builder::ScalekitBuilder;
use super::problem::ConfigProblem;
use super::{SdkCookie, SplitCookies};
use crate::rules::policy::Policy;
use crate::testing::TestEnvironment;

/// What the page says of one setting.
#[derive(Clone, Debug, Default)]
struct Entry {
    /// Setters, as `name` or `Type::name`, and variables.
    names: Vec<String>,
    kind: String,
    default: String,
    accepted: String,
    otherwise: String,
    prose: String,
}

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every Rust file below a folder.
fn sources(folder: &str) -> Vec<(String, String)> {
    let full = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let names = std::fs::read_dir(full).unwrap().map(|entry| entry.unwrap().file_name());
    let paths = names.map(|name| format!("{folder}/{}", name.display()));
    let found = paths.flat_map(|path| match path.rsplit_once('.') {
        Some((_, "rs")) => vec![(path.clone(), read(&path))],
        Some(_) => vec![],
        None => sources(&path),
    });
    found.collect()
}

fn page() -> String {
    read("docs/configuration.md")
}

/// The texts between backticks.
fn code(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The sections below `###` headings.
fn entries() -> Vec<Entry> {
    let page = page();
    let sections = page.split("\n### ").skip(1).map(|section| section.split("\n## ").next().unwrap());
    let entries = sections.map(|section| {
        let (heading, rest) = section.split_once('\n').unwrap();
        let (before, rest) = rest.split_once("|---|---|---|---|\n").expect(heading);
        assert!(before.ends_with("| type | default | accepted | otherwise |\n"), "{heading}");
        let (row, after) = rest.split_once('\n').unwrap();
        let cells: Vec<_> = row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
        let [kind, default, accepted, otherwise] = cells.try_into().expect(heading);
        Entry { names: code(heading), kind, default, accepted, otherwise, prose: format!("{before}{after}") }
    });
    entries.collect()
}

fn entry(name: &str) -> Entry {
    let mut found = entries().into_iter().filter(|entry| entry.names.iter().any(|own| own == name));
    let entry = found.next().unwrap_or_else(|| panic!("the page lacks {name}"));
    assert!(found.next().is_none(), "the page has {name} twice");
    entry
}

/// The setters of a builder's source, with the type of their parameter: public, they take `self` and give `Self`.
fn setters(source: &str) -> BTreeMap<String, String> {
    let functions = source.split("\n    pub fn ").skip(1);
    let setters = functions.filter_map(|function| {
        let signature = function.split(" {\n").next()?.split_whitespace().collect::<Vec<_>>().join(" ");
        let (name, rest) = signature.split_once('(')?;
        let name = name.split('<').next()?.to_owned();
        let (parameters, _) = rest.rsplit_once(") -> Self")?;
        let parameters = parameters.strip_prefix("mut ").unwrap_or(parameters).strip_prefix("self")?;
        let kind = parameters.split_once(": ").map(|(_, kind)| kind.trim_end_matches([',', ' ']));
        Some((name, kind.unwrap_or_default().to_owned()))
    });
    setters.collect()
}

/// Every setter of the page, by its name there.
fn all_setters() -> BTreeMap<String, String> {
    let of = |owner: &'static str, source| {
        setters(source).into_iter().map(move |(name, kind)| (format!("{owner}{name}"), kind))
    };
    of("", include_str!("builder.rs"))
        .chain(of("SplitCookies::", include_str!("split.rs")))
        .chain(of("SdkCookie::", include_str!("sdk_cookie.rs")))
        // The one constructor with a setting as its argument.
        .chain([("SdkCookie::new".to_owned(), "impl Into<String>".to_owned())])
        .collect()
}

/// The environment variables that the source names.
fn variables(source: &str) -> Vec<String> {
    let is_part = |character: char| character.is_ascii_uppercase() || character == '_';
    let words = source.split(|character| !is_part(character));
    let mut found: Vec<_> = words
        .filter(|word| {
            word.strip_prefix("SCALEKIT_").is_some_and(|name| !name.is_empty())
                || *word == "COOKIE_ENCRYPTION_SECRET"
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(str::to_owned).collect()
}

#[test]
fn the_page_has_every_setter_and_every_variable_once_and_no_other() {
    let (setters, variables) = (all_setters(), variables(include_str!("env.rs")));
    assert!(setters.len() > 30 && variables.len() > 13, "the sources are read: {setters:?} {variables:?}");
    for name in setters.keys().chain(&variables) {
        entry(name);
    }
    for name in entries().into_iter().flat_map(|entry| entry.names) {
        assert!(setters.contains_key(&name) || variables.contains(&name), "{name} does not exist");
    }
}

#[test]
fn no_document_names_a_variable_that_does_not_exist() {
    let known = variables(include_str!("env.rs"));
    let documents =
        ["docs/configuration.md", "README.md", "scalekit-session/README.md", "docs/split-the-session.md"];
    for document in documents {
        for variable in variables(&read(document)) {
            assert!(known.contains(&variable), "{document}: {variable}");
        }
    }
    for (path, source) in sources("scalekit-session/src") {
        for variable in variables(&source) {
            assert!(known.contains(&variable), "{path}: {variable}");
        }
    }
}

#[test]
fn every_readme_leads_to_the_page() {
    for crate_name in ["", "scalekit-session/", "scalekit-axum/", "scalekit-actix/", "scalekit-rocket/"] {
        let readme = read(&format!("{crate_name}README.md"));
        assert!(readme.contains("docs/configuration.md)"), "{crate_name}");
    }
}

#[test]
fn setters_of_one_kind_of_setting_take_one_type_and_the_page_names_it() {
    for (name, kind) in all_setters() {
        let said = entry(&name).kind;
        let words = match kind.as_str() {
            "impl Into<String>" => "text",
            "impl Into<ClientSecret>" => "text or `ClientSecret`",
            "impl IntoIterator<Item = impl Into<String>>" => "list of texts",
            "Duration" => "`Duration`",
            "usize" => "bytes",
            "" => "no argument",
            "SplitCookies" | "SdkCookie" | "SdkLanguage" | "impl Clock" | "impl Transport"
            | "impl Runtime" => &format!("`{kind}`"),
            function if function.starts_with("impl Fn(") => "function",
            other => panic!("{name} takes {other}: other setters have another type for that"),
        };
        assert_eq!(said, words, "{name}");
    }
}

#[test]
fn both_builders_have_one_vocabulary() {
    let ours = setters(include_str!("builder.rs"));
    let page = page();
    let (_, section) = page.split_once("\n## ScalekitClient\n").unwrap();
    let clients = setters(include_str!("../../upstream/client/build.rs"));
    assert!(clients.len() > 5, "{clients:?}");
    for (name, kind) in &clients {
        assert_eq!(ours.get(name), Some(kind), "{name}");
        assert!(code(section).contains(name), "the page's section on ScalekitClient lacks {name}");
    }
}

#[test]
fn the_page_says_for_every_setting_when_to_change_it_and_what_a_wrong_value_leads_to() {
    let source = include_str!("problem.rs");
    let (_, variants) = source.split_once("pub enum ConfigProblem {\n").unwrap();
    let (variants, _) = variants.split_once("\n}\n").unwrap();
    let variants = variants.lines().filter_map(|line| line.strip_prefix("    "));
    let variants: Vec<_> = variants
        .filter(|line| line.starts_with(|first: char| first.is_ascii_uppercase()))
        .map(|line| line.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap().to_owned())
        .collect();
    let mut named = Vec::new();
    for entry in entries() {
        let advice = ["\nSet it ", "\nChange it "].iter().filter(|words| entry.prose.contains(**words));
        assert_eq!(advice.count(), 1, "{:?}: {}", entry.names, entry.prose);
        assert!(!entry.kind.is_empty() && !entry.default.is_empty() && !entry.accepted.is_empty());
        let problems = code(&entry.otherwise);
        assert!(problems.is_empty() == (entry.otherwise == "never"), "{:?}", entry.names);
        named.extend(problems);
    }
    for problem in &named {
        assert!(variants.contains(problem), "ConfigProblem has no {problem}");
    }
    for variant in &variants {
        assert!(named.contains(variant), "the page lacks ConfigProblem::{variant}");
    }
}

fn words(span: Duration) -> String {
    match span.as_secs() {
        seconds if seconds % 86400 == 0 => format!("{} days", seconds / 86400),
        seconds => format!("{seconds} s"),
    }
}

#[test]
fn defaults_are_those_of_the_page() {
    let builder = ScalekitBuilder::empty();
    let Policy { absolute_limit, idle_limit, leeway, retention } = Policy::default();
    let text = |text: &str| format!("`{text}`");
    let (split, shared) = (SplitCookies::default(), SdkCookie::new(""));
    let scopes: Vec<_> = builder.scopes.iter().map(|scope| text(scope)).collect();
    for (name, default) in [
        ("absolute_limit", words(absolute_limit)),
        ("idle_limit", words(idle_limit)),
        ("leeway", words(leeway)),
        ("retention", words(retention)),
        ("cookie_budget", builder.cookie_budget.to_string()),
        ("set_cookie_limit", builder.set_cookie_limit.to_string()),
        ("opened_session_cache", builder.cache_bytes.to_string()),
        ("cookie_name", text(&builder.cookie_name)),
        ("login_path", text(&builder.login_path)),
        ("logout_path", text(&builder.logout_path)),
        ("default_return_to", text(&builder.default_return_to)),
        ("scopes", scopes.join(", ")),
        ("SplitCookies::access_path", text(&split.access_path)),
        ("SplitCookies::refresh_path", text(&split.refresh_path)),
        ("SdkCookie::name", text(&shared.name)),
        ("clock", text(&format!("{:?}", builder.clock))),
    ] {
        assert_eq!(entry(name).default, default, "{name}");
    }
    assert_eq!(builder.policy, Policy::default());
    for (name, is_unset) in [
        ("environment_url", builder.environment_url.is_none()),
        ("client_id", builder.client_id.is_none()),
        ("client_secret", builder.client_secret.is_none()),
        ("redirect_uri", builder.redirect_uri.is_none()),
        ("cookie_secret", builder.cookie_secrets.is_empty()),
        ("post_logout_redirect_uri", builder.post_logout_redirect_uri.is_none()),
        ("allowed_origins", builder.allowed_origins.is_empty()),
        ("on_login", builder.hooks.on_login.is_none()),
    ] {
        assert!(is_unset && entry(name).default == "none", "{name}");
    }
    // What the words of the page stand for in these is told by stories.
    let unset = [builder.issuers.is_none(), builder.audiences.is_none(), builder.split.is_none()];
    let parts = [builder.sdk_cookie.is_none(), builder.transport.is_none(), builder.runtime.is_none()];
    assert_eq!((unset, parts), ([true; 3], [true; 3]));
}

#[test]
fn ranges_are_those_of_the_page() {
    let error = TestEnvironment::new().builder();
    let error = error.absolute_limit(Duration::ZERO).idle_limit(Duration::ZERO).leeway(Duration::MAX);
    let error = error.retention(Duration::ZERO).cookie_budget(0).set_cookie_limit(0).build().unwrap_err();
    assert_eq!(error.problems().len(), 6, "{error}");
    for problem in error.problems() {
        let ConfigProblem::Range { setting, range } = problem else { panic!("{problem}") };
        assert_eq!(entry(setting).accepted, *range, "{setting}");
    }
}
