//! Tests of writing cookies: sizes, chunks, deletion and attributes.

use std::time::Duration;

use proptest::prelude::*;

use super::super::chunk::TooManyChunks;
use super::super::jar::Jar;
use super::super::*;
use super::{BASE, MONTH, candidates, data_names, sealed_text};

proptest! {
    #[test]
    fn r14_every_size_fits_its_lines_and_reads_back(length in 0_usize..20_000, limit in 512_usize..6_000, aged: bool) {
        let spec = CookieSpec::new(true).with_line_limit(limit);
        check_split(length, spec, MONTH.filter(|_| aged), limit);
    }

    #[test]
    fn r17_random_sizes_leave_exactly_the_live_chunks(sizes in prop::collection::vec(prop::option::of(1_usize..20_000), 1..12)) {
        let spec = CookieSpec::new(true);
        let mut jar = Jar::default();
        for (turn, size) in sizes.into_iter().enumerate() {
            let Some(size) = size else {
                jar.apply(clear(&spec, &data_names(), ChunkSet::ALL));
                prop_assert!(jar.names().is_empty());
                continue;
            };
            let sealed = sealed_text(size, turn);
            let lines = split(&spec, &data_names(), &sealed, MONTH).unwrap();
            let count = lines.len();
            jar.apply(lines);
            jar.apply(clear(&spec, &data_names(), ChunkSet::beyond(count)));
            prop_assert_eq!(jar.names().len(), count);
            prop_assert_eq!(candidates(&jar.header()), vec![sealed]);
        }
        jar.apply(clear(&spec, &data_names(), ChunkSet::ALL));
        prop_assert!(jar.names().is_empty());
    }
}

fn check_split(length: usize, spec: CookieSpec, max_age: Option<Duration>, limit: usize) {
    let sealed = sealed_text(length, 0);
    let lines = match split(&spec, &data_names(), &sealed, max_age) {
        Ok(lines) => lines,
        Err(TooManyChunks { length: told, most }) => {
            assert!(told == length && most < length && most > 7 * (limit - 200), "{length}: {most}");
            return;
        }
    };
    let mut jar = Jar::default();
    for line in &lines {
        assert!(line.as_str().len() <= limit, "{length}: a line of {}", line.as_str().len());
        let pair = line.as_str().split(';').next().unwrap();
        assert!(pair.len() - 1 <= 4096, "{length}: a pair of {}", pair.len() - 1);
    }
    let count = lines.len();
    jar.apply(lines);
    assert_eq!(jar.names().len(), count);
    let expected = if length == 0 { vec![] } else { vec![sealed] };
    assert_eq!(candidates(&jar.header()), expected, "{length}");
}

#[test]
fn r14_sizes_around_every_multiple_of_a_chunk_fit() {
    for (spec, limit) in [(CookieSpec::new(true), 4096), (CookieSpec::new(true).with_line_limit(1000), 1000)]
    {
        let room = spec.room(BASE, MONTH);
        for count in 1..=8 {
            for near in (count * room).saturating_sub(40)..=count * room + 3 {
                check_split(near, spec, MONTH, limit);
            }
        }
    }
}

#[test]
fn r14_a_generous_line_limit_keeps_to_what_browsers_store() {
    let spec = CookieSpec::new(true).with_line_limit(16_000);
    assert_eq!(spec.room(BASE, MONTH), 4096 - BASE.len());
    assert_eq!(split(&spec, &data_names(), &sealed_text(4096 - BASE.len(), 0), MONTH).unwrap().len(), 1);
    assert_eq!(split(&spec, &data_names(), &sealed_text(4097 - BASE.len(), 0), MONTH).unwrap().len(), 2);
}

#[test]
fn r15_what_eight_cookies_cannot_hold_is_told_and_nothing_is_written() {
    let spec = CookieSpec::new(true).with_line_limit(512);
    let error = split(&spec, &data_names(), &sealed_text(5000, 0), MONTH).unwrap_err();
    assert_eq!(error.length, 5000);
    assert_eq!(split(&spec, &data_names(), &sealed_text(error.most, 0), MONTH).unwrap().len(), 8);
}

#[test]
fn r19_removing_nothing_makes_no_line() {
    assert_eq!(clear(&CookieSpec::new(true), &data_names(), ChunkSet::default()).count(), 0);
    let lines: Vec<String> = clear(&CookieSpec::new(false), &data_names(), [0, 6, 7].into_iter().collect())
        .map(|line| line.name().to_owned())
        .collect();
    assert_eq!(lines, [BASE, "__Host-scalekit.6", "__Host-scalekit.7"]);
}

#[test]
fn r29_setting_and_removing_have_the_same_attributes() {
    for (secure, attributes) in
        [(true, "; HttpOnly; SameSite=Lax; Secure; Path=/"), (false, "; HttpOnly; SameSite=Lax; Path=/")]
    {
        let spec = CookieSpec::new(secure);
        assert_eq!(spec.set("n", "v", None).as_str(), format!("n=v{attributes}"));
        assert_eq!(spec.set("n", "v", MONTH).as_str(), format!("n=v{attributes}; Max-Age=2592000"));
        assert_eq!(spec.remove("n").as_str(), format!("n={attributes}; Max-Age=0"));
    }
}

#[test]
fn r28_an_age_neither_deletes_nor_passes_400_days() {
    let spec = CookieSpec::new(true);
    let age = |age| spec.set("n", "v", Some(age)).as_str().rsplit('=').next().unwrap().to_owned();
    assert_eq!(age(Duration::ZERO), "1");
    assert_eq!(age(Duration::from_millis(1)), "1");
    assert_eq!(age(Duration::MAX), "34560000");
}

#[test]
fn r43_no_text_ends_a_line_or_adds_an_attribute() {
    let hostile = "a\r\nSet-Cookie: x=y; Domain=evil.example\0\t\"ä%,\\";
    for line in
        [CookieSpec::new(true).set("n", hostile, MONTH), CookieSpec::new(true).set(hostile, "v", MONTH)]
    {
        assert!(line.as_str().bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{}", line.as_str());
        assert_eq!(line.as_str().matches(';').count(), 5, "{}", line.as_str());
        assert!(!line.name().contains('='));
    }
}
