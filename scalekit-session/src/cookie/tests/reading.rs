//! Tests of reading cookies: which bytes of a request are ours, and which sealed values they make.

use proptest::prelude::*;

use super::super::jar::Jar;
use super::super::*;
use super::{BASE, MONTH, candidates, data_names, names, sealed_text};
use crate::request::Headers;
use crate::seal::{Key, Keyring, Purpose, Sealed};

/// `Cookie` lines that may hold any bytes.
struct Lines<'a>(&'a [&'a [u8]]);

impl Headers for Lines<'_> {
    fn visit<'a>(&'a self, name: &str, each: &mut dyn FnMut(&'a [u8])) {
        if name == "cookie" {
            self.0.iter().for_each(|line| each(line));
        }
    }
}

proptest! {
    #[test]
    fn r43_no_bytes_of_a_cookie_header_make_the_scan_panic(lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..4)) {
        let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
        let lines = Lines(&lines);
        drain(&RequestCookies::gather(&lines, &names()));
    }

    #[test]
    fn r43_no_mixture_of_our_names_makes_the_scan_panic(pairs in prop::collection::vec(
        ("(__Host-scalekit)?(\\.[0-9]{0,2}|-live|-loop|-tx-[a-z]{0,3})?[ \t]?", "=?", "[0-9]{0,2}\\.?[a-z\"\u{2000}]{0,9}"), 0..60,
    )) {
        let line: Vec<String> = pairs.into_iter().map(|(name, equals, value)| name + &equals + &value).collect();
        let lines = [("cookie", line.join(";"))];
        let lines: Vec<(&str, &str)> = lines.iter().map(|(name, value)| (*name, value.as_str())).collect();
        drain(&RequestCookies::gather(&lines, &names()));
    }

    #[test]
    fn a_sealed_value_reads_alike_however_it_is_cut(text in "[A-Za-z0-9_-]{1,120}", cuts in prop::collection::vec(1_usize..119, 0..7)) {
        let mut cuts: Vec<usize> = cuts.into_iter().filter(|cut| *cut < text.len()).collect();
        cuts.sort_unstable();
        cuts.dedup();
        let ends = cuts.iter().copied().chain([text.len()]);
        let pieces: Vec<&str> = [0].into_iter().chain(cuts.iter().copied()).zip(ends).map(|(from, to)| &text[from..to]).collect();
        let mut line = match pieces.len() {
            1 => format!("{BASE}={}", pieces[0]),
            count => format!("{BASE}={count}.{}", pieces[0]),
        };
        for (index, piece) in pieces.iter().enumerate().skip(1) {
            line += &format!("; {BASE}.{index}={piece}");
        }
        let lines = [("cookie", line.as_str())];
        let names = names();
        let cookies = RequestCookies::gather(&lines, &names);
        let sealed = cookies.candidates(Holder::OneCookie).next().unwrap();
        prop_assert_eq!(sealed.len(), text.len());
        prop_assert_eq!(sealed.tail(), Sealed::from(text.as_str()).tail());
        prop_assert!(sealed.eq_str(&text));
        prop_assert!(!sealed.eq_str(&text[1..]) && !sealed.eq_str(&text[..text.len() - 1]));
        prop_assert!(!sealed.eq_str(&(text.clone() + "A")));
        prop_assert_eq!(sealed.join(), text);
    }
}

fn any_own(line: &[u8]) -> bool {
    found(&RequestCookies::gather(&Lines(&[line]), &names()))
}

/// Whether any cookie of a request was taken for ours.
fn found(cookies: &RequestCookies<'_>) -> bool {
    cookies.has_data()
        || cookies.chunks(Holder::OneCookie) != ChunkSet::default()
        || cookies.looped().is_some()
        || cookies.markers().next().is_some()
        || cookies.transactions().next().is_some()
}

/// Uses everything that a scan found, and checks the limits of how much that may be.
fn drain(cookies: &RequestCookies<'_>) {
    assert!(cookies.candidates(Holder::OneCookie).count() <= 16);
    for sealed in cookies.candidates(Holder::OneCookie) {
        assert_eq!(sealed.pieces().map(<[u8]>::len).sum::<usize>(), sealed.len());
        let (text, _) = (sealed.join(), sealed.tail());
        assert!(sealed.eq_str(&text) || text.contains('\u{fffd}'));
    }
    assert!(cookies.markers().count() <= 4 && cookies.transactions().count() <= 16);
}

#[test]
fn r16_only_canonical_counts_with_all_their_chunks_are_read() {
    let chunks: String = (1..=9).map(|index| format!("; {BASE}.{index}=c{index}")).collect();
    for value in [
        "0.x",
        "1.x",
        "9.x",
        "10.x",
        "01.x",
        "02.x",
        "+2.x",
        "-2.x",
        " 2 .x",
        "2,x.y",
        ".x",
        ".",
        "2.",
        "",
        "x.y",
        "99999999999999999999.x",
        "\u{662}.x",
        "%32.x",
    ] {
        assert!(candidates(&format!("{BASE}={value}{chunks}")).is_empty(), "{value:?}");
        let lone: Vec<String> = candidates(&format!("{BASE}={value}"));
        assert!(lone.is_empty(), "{value:?} gives {lone:?}");
    }
    assert_eq!(candidates(&format!("{BASE}=2.x{chunks}")), ["xc1"]);
    assert_eq!(candidates(&format!("{BASE}=8.x{chunks}")), ["xc1c2c3c4c5c6c7"]);
    assert_eq!(candidates(&format!("{BASE}=x{chunks}")), ["x"]);
    let gaps = ["=3.x; B.2=b", "=3.x; B.1=a", "=2.x; B.01=a", "=2.x; B.1=", "=2.x; B.2=b", "=2.x; b.1=a"];
    for gap in gaps {
        assert_eq!(candidates(&format!("{BASE}{}", gap.replace('B', BASE))), [""; 0], "{gap}");
    }
}

#[test]
fn r18_a_mix_of_two_sealings_opens_as_one_of_them_or_not_at_all() {
    let key = Key::parse("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY").unwrap();
    let keyring = Keyring::new(vec![key], "https://acme.scalekit.dev", "skc_1").unwrap();
    let spec = CookieSpec::new(true).with_line_limit(512);
    let plain = [vec![1_u8; 900], vec![2_u8; 600]];
    let [long, short] = plain.clone().map(|plain| {
        let sealed = keyring.seal(Purpose::Session, BASE, &plain).unwrap();
        split(&spec, &data_names(), &sealed, MONTH).unwrap()
    });
    assert!(long.len() > short.len() && short.len() > 1 && long.len() < 8);
    let mut opened = 0;
    for mix in 0_u32..1 << long.len() {
        let mut jar = Jar::default();
        jar.apply(long.clone());
        jar.apply(
            short.iter().enumerate().filter(|(index, _)| mix & 1 << index != 0).map(|(_, line)| line.clone()),
        );
        let header = jar.header();
        let lines = [("cookie", header.as_str())];
        for sealed in RequestCookies::gather(&lines, &names()).candidates(Holder::OneCookie) {
            if let Ok(value) = keyring.open(Purpose::Session, BASE, sealed) {
                assert!(plain.contains(&value.plaintext));
                opened += 1;
            }
        }
    }
    assert!(opened >= 2, "neither original opened");
}

#[test]
fn r18_names_that_only_resemble_ours_are_not_read() {
    for name in [
        ".0", ".8", ".08", ".01", ".10", ".1.1", ".1x", ".", "x", "_other", "-", "-lived", "-live.1",
        "-Live", "-loops", "-tx", "-tx-", "-tx-a b", "-tx-a.b", "-tx-ä",
    ] {
        assert!(!any_own(format!("{BASE}{name}=v").as_bytes()), "{name:?}");
    }
    let long = "a".repeat(65);
    assert!(!any_own(format!("{BASE}-tx-{long}=v").as_bytes()));
}

#[test]
fn r23_every_duplicate_is_tried_and_those_of_one_position_first() {
    let line =
        format!("{BASE}=a; {BASE}=b; {BASE}=2.x; {BASE}.1=1; {BASE}=c; {BASE}=d; {BASE}.1=2; {BASE}.1=3");
    assert_eq!(candidates(&line), ["a", "b", "x3", "c", "x1", "x2"]);
    let markers = [("cookie", "__Host-scalekit-live=m1"), ("cookie", "__Host-scalekit-live=m2")];
    let names = names();
    let cookies = RequestCookies::gather(&markers, &names);
    assert_eq!(cookies.markers().collect::<Vec<_>>(), [b"m1", b"m2"]);
}

#[test]
fn r23_hostile_duplicates_cannot_use_up_the_attempts_of_the_genuine() {
    let mut line = format!("{BASE}=8.h; {BASE}=8.i; {BASE}=8.j; {BASE}=2.g");
    for index in 1..8 {
        line += &format!("; {BASE}.{index}=a; {BASE}.{index}=b; {BASE}.{index}=c; {BASE}.{index}=d");
    }
    let found = candidates(&line);
    assert!(found.len() <= 16);
    assert_eq!(found[..4], ["haaaaaaa", "ibbbbbbb", "jccccccc", "gd"]);
    assert!(["ga", "gb", "gc"].iter().all(|text| found.iter().any(|one| one == text)));
}

#[test]
fn r43_names_compare_byte_by_byte() {
    for pair in [
        "%5F%5FHost-scalekit=v",
        "\u{2000}__Host-scalekit=v",
        "\u{85}__Host-scalekit=v",
        "\u{a0}__Host-scalekit=v",
        "__Host-scalekit\u{2000}=v",
        "\u{b}__Host-scalekit=v",
        "\r\n__Host-scalekit=v",
        "=__Host-scalekit=v",
        "= __Host-scalekit=v",
        "==__Host-scalekit=v",
        " =__Host-scalekit=v",
        "__host-scalekit=v",
        "\"__Host-scalekit\"=v",
        "a=__Host-scalekit=v",
        "__Host-scalekit",
        "__Host-scalekit;=v",
        "x __Host-scalekit=v",
        "a=b,__Host-scalekit=v",
    ] {
        assert!(!any_own(pair.as_bytes()), "{pair:?}");
        assert!(!any_own(format!("a=b; {pair}; c=d").as_bytes()), "{pair:?}");
    }
    for pair in
        ["__Host-scalekit=v", " \t__Host-scalekit \t=\t v ", ";;__Host-scalekit=v;;", "x;__Host-scalekit=v"]
    {
        assert_eq!(candidates(pair), ["v"], "{pair:?}");
    }
    assert_eq!(candidates("__Host-scalekit=\"v\""), ["\"v\""]);
    assert_eq!(candidates("__Host-scalekit=a=b=="), ["a=b=="]);
}

#[test]
fn every_kind_of_cookie_is_found_among_others() {
    let lines = [
        ("cookie", "theme=dark; __Host-scalekit-tx-a_1=one; __Host-scalekit-live=m; __Host-scalekit.3=c"),
        ("cookie", "__Host-scalekit-loop=l1; __Host-scalekit-loop=l2;__Host-scalekit-tx-B-2=two"),
    ];
    let names = names();
    let cookies = RequestCookies::gather(&lines, &names);
    assert!(!cookies.has_data() && found(&cookies));
    assert_eq!(cookies.chunks(Holder::OneCookie), [3].into_iter().collect());
    assert_eq!(cookies.looped(), Some(b"l1".as_slice()));
    let flows: Vec<_> = cookies.transactions().collect();
    assert_eq!(flows, [("a_1", b"one".as_slice()), ("B-2", b"two".as_slice())]);
    assert_eq!(names.transaction("a_1"), "__Host-scalekit-tx-a_1");
}

#[test]
fn an_empty_data_cookie_is_none_but_can_be_cleared() {
    let lines = [("cookie", "__Host-scalekit=; __Host-scalekit.1=")];
    let names = names();
    let cookies = RequestCookies::gather(&lines, &names);
    assert!(!cookies.has_data());
    assert_eq!(cookies.chunks(Holder::OneCookie), ChunkSet::first(2));
}

#[test]
fn r50_reading_a_request_allocates_nothing() {
    let line =
        format!("a=b; {BASE}=3.{}; {BASE}.1=bbb; {BASE}.2=ccc; {BASE}-live=m; c=d", sealed_text(4000, 1));
    let lines = [("cookie", line.as_str())];
    let (names, joined) = (names(), sealed_text(4000, 1) + "bbbccc");
    let allocated = allocation_counter::measure(|| {
        let cookies = RequestCookies::gather(&lines, &names);
        let sealed = cookies.candidates(Holder::OneCookie).next().unwrap();
        assert!(sealed.eq_str(&joined) && sealed.tail() != [0; 16] && cookies.markers().count() == 1);
    });
    assert_eq!(allocated.count_total, 0);
}

#[test]
fn r46_debug_shows_no_values() {
    let line = format!("{BASE}=secret; {BASE}-live=secret; {BASE}-tx-f=secret");
    let lines = [("cookie", line.as_str())];
    let names = names();
    let cookies = RequestCookies::gather(&lines, &names);
    let set = CookieSpec::new(true).set(BASE, "secret", MONTH);
    let shown = format!("{cookies:?} {:?} {set:?}", cookies.candidates(Holder::OneCookie).next());
    assert!(!shown.contains("secret") && shown.contains("__Host-scalekit"), "{shown}");
    assert_eq!(set.name(), BASE);
    assert!(set.into_string().starts_with("__Host-scalekit=secret; "));
}
