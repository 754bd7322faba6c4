//! The rules of RFC 6265bis that stories depend on, one test each.

use super::{Ignored, Jar, MAX_COOKIES, SiteContext};

const NOW: u64 = 1_760_000_000;
const APP: &str = "https://app.test/auth/callback";

fn jar(lines: &[&str]) -> Jar {
    let mut jar = Jar::default();
    for line in lines {
        jar.take(APP, line, NOW).unwrap();
    }
    jar
}

fn sent(jar: &mut Jar, to: &str) -> String {
    jar.header(to, SiteContext::SameSite, NOW).unwrap_or_default()
}

#[test]
fn prefixes_mean_what_they_say_in_every_case() {
    let mut jar = Jar::default();
    for (refused, why) in [
        ("__Host-a=1; Path=/", Ignored::PrefixNeedsSecure),
        ("__Host-a=1; Secure", Ignored::HostPrefix),
        ("__Host-a=1; Path=/; Secure; Domain=app.test", Ignored::HostPrefix),
        ("__HOST-a=1; Path=/x; Secure", Ignored::HostPrefix),
        ("__Secure-a=1; Path=/", Ignored::PrefixNeedsSecure),
        ("=__Host-a=1; Path=/; Secure", Ignored::NamelessPrefix),
        ("__host-a; Path=/; Secure", Ignored::NamelessPrefix),
    ] {
        assert_eq!(jar.take(APP, refused, NOW), Err(why), "{refused}");
    }
    assert!(jar.take(APP, "__Host-a=1; Path=/; Secure", NOW).is_ok());
    assert!(jar.take(APP, "__Secure-a=1; Secure; Domain=app.test", NOW).is_ok());
}

#[test]
fn size_and_domain_have_limits() {
    let mut jar = Jar::default();
    assert!(jar.take(APP, &format!("ab={}", "x".repeat(4094)), NOW).is_ok());
    assert_eq!(jar.take(APP, &format!("ab={}", "x".repeat(4095)), NOW), Err(Ignored::TooLong));
    assert_eq!(jar.take(APP, "a=1; Domain=test", NOW), Err(Ignored::PublicSuffix));
    assert_eq!(jar.take(APP, "a=1; Domain=other.test", NOW), Err(Ignored::OtherDomain));
    assert_eq!(jar.take("http://app.test/", "a=1; Secure", NOW), Err(Ignored::InsecureConnection));
    assert!(jar.take("http://localhost:3000/", "a=1; Secure", NOW).is_ok());
}

#[test]
fn a_sibling_writes_for_the_domain_and_not_for_the_host() {
    let mut jar = jar(&["a=own; Path=/"]);
    jar.take("https://evil.app.test/", "a=tossed; Domain=app.test; Path=/me", NOW).unwrap();
    assert_eq!(sent(&mut jar, "https://app.test/me"), "a=tossed; a=own", "the longer path first");
    assert_eq!(sent(&mut jar, "https://app.test/"), "a=own");
    assert_eq!(sent(&mut jar, "https://evil.app.test/me"), "a=tossed");
}

#[test]
fn order_is_by_path_and_then_by_age_which_a_rewrite_keeps() {
    let mut jar = jar(&["a=1; Path=/", "b=1; Path=/", "c=1; Path=/auth", "a=2; Path=/"]);
    assert_eq!(sent(&mut jar, "https://app.test/auth/login"), "c=1; a=2; b=1");
    assert_eq!(sent(&mut jar, "https://app.test/author"), "a=2; b=1");
}

#[test]
fn cookies_of_one_name_live_side_by_side_at_their_paths_and_domains() {
    let refresh = "https://app.test/auth/refresh";
    let toss = |jar: &mut Jar, line: &str| jar.take("https://evil.app.test/", line, NOW).unwrap();
    let (genuine, tossed) = (
        "__Secure-r=own; Path=/auth/refresh; Secure",
        "__Secure-r=tossed; Path=/auth/refresh; Domain=app.test; Secure",
    );
    let mut late = jar(&[genuine]);
    toss(&mut late, tossed);
    assert_eq!(sent(&mut late, refresh), "__Secure-r=own; __Secure-r=tossed");
    let mut early = Jar::default();
    toss(&mut early, tossed);
    early.take(APP, genuine, NOW).unwrap();
    assert_eq!(sent(&mut early, refresh), "__Secure-r=tossed; __Secure-r=own");
    early.take(APP, "__Secure-r=; Path=/; Max-Age=0; Secure", NOW).unwrap();
    early.take(APP, "__Secure-r=; Path=/auth; Max-Age=0; Secure", NOW).unwrap();
    assert_eq!(early.names(NOW), ["__Secure-r", "__Secure-r"], "nothing is removed at another path");
    early.take(APP, "__Secure-r=; Path=/auth/refresh; Max-Age=0; Secure", NOW).unwrap();
    assert_eq!(sent(&mut early, refresh), "__Secure-r=tossed", "nor at another domain");
}

#[test]
fn a_path_holds_what_is_below_it_and_not_what_begins_like_it() {
    let mut jar = jar(&["r=1; Path=/auth/refresh", "i=1; Path=/auth", "a=1; Path=/", "b=1; Path=/api/"]);
    for (path, expected) in [
        ("/auth/refresh", "r=1; i=1; a=1"),
        ("/auth/refresh?return_to=/me", "r=1; i=1; a=1"),
        ("/auth/refresh/", "r=1; i=1; a=1"),
        ("/auth/refresh/more", "r=1; i=1; a=1"),
        ("/auth/refresher", "i=1; a=1"),
        ("/auth/Refresh", "i=1; a=1"),
        ("/auth/logout", "i=1; a=1"),
        ("/author", "a=1"),
        ("/me?x=/auth/refresh", "a=1"),
        ("/api", "a=1"),
        ("/api/me", "b=1; a=1"),
    ] {
        assert_eq!(sent(&mut jar, &format!("https://app.test{path}")), expected, "{path}");
    }
}

#[test]
fn same_site_decides_what_other_sites_make_it_send() {
    let mut jar =
        jar(&["n=1; SameSite=None; Secure", "l=1; SameSite=Lax", "s=1; SameSite=Strict", "unsaid=1"]);
    assert_eq!(jar.header(APP, SiteContext::CrossSiteNavigation, NOW).unwrap(), "n=1; l=1; unsaid=1");
    assert_eq!(jar.header(APP, SiteContext::CrossSite, NOW).unwrap(), "n=1");
}

#[test]
fn time_and_max_age_remove() {
    let mut jar = jar(&[
        "a=1; Path=/; Max-Age=10; Expires=Thu, 01 Jan 2099 00:00:00 GMT",
        "b=1; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    ]);
    assert_eq!(jar.names(NOW), ["a"]);
    assert_eq!(jar.header(APP, SiteContext::SameSite, NOW + 10), None);
    jar.take(APP, "a=1; Path=/; Max-Age=99999999999", NOW).unwrap();
    assert_eq!(jar.kept_until("a"), Some(NOW + 400 * 24 * 3600));
    jar.take(APP, "a=; Path=/; Max-Age=0", NOW).unwrap();
    assert!(jar.names(NOW).is_empty());
    jar.take(APP, "a=1; Path=/; Max-Age=1", NOW).unwrap();
    assert_eq!((jar.names(NOW).len(), jar.names(NOW + 1).len()), (1, 0), "a second is a second");
}

#[test]
fn a_full_jar_forgets_what_was_not_used() {
    let mut jar = jar(&["first=1; Path=/first"]);
    for number in 0..MAX_COOKIES {
        sent(&mut jar, "https://app.test/first");
        jar.take(APP, &format!("filler{number}=1; Path=/filler"), NOW).unwrap();
    }
    assert!(jar.value("first").is_some() && jar.value("filler0").is_none());
}
